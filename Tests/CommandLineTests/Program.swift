import Foundation
import Glibc
import TestFolders
import Testing

/// The built executable `latentwalk`, running in a folder of its own; its output and errors go into files or through a
/// pipe.
///
///     let run = try Program(["image", "a dog"], in: folder).finished()
///     #expect(run.exitCode == 0)
final class Program {
  /// What a program that has ended left.
  struct Run {
    let exitCode: Int32
    let output: String
    let errors: String
  }

  private let process: pid_t
  private let outputs: TemporaryFolder
  /// The reading end of standard output, if it is a pipe.
  private let pipe: Int32?
  private var unread = ""

  /// - Parameters:
  ///   - pipesOutput: whether standard output is a small pipe, so that the program cannot run ahead of the reader.
  ///   - closing: standard streams that are closed when the program begins.
  init(
    _ arguments: [String], in folder: String, environment changes: [String: String?] = [:],
    pipesOutput: Bool = false, closing: [Int32] = []
  ) throws {
    outputs = try TemporaryFolder()
    var environment: [String: String?] = ProcessInfo.processInfo.environment
    environment["HOME"] = outputs.path
    environment["HF_HOME"] = outputs.path
    environment["XDG_CACHE_HOME"] = outputs.path
    environment["LATENTWALK_MODELS"] = TinyModel.fixtures
    environment.merge(changes) { $1 }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, outputs.file("errors"), O_WRONLY | O_CREAT, 0o600)
    // No other program may be started while the pipe's ends are open to all.
    Self.spawning.lock()
    defer { Self.spawning.unlock() }
    var ends: [Int32] = [-1, -1]
    if pipesOutput {
      #expect(Glibc.pipe(&ends) == 0)
      for end in ends { #expect(fcntl(end, F_SETFD, FD_CLOEXEC) == 0) }
      // F_SETPIPE_SZ, which Glibc does not export to Swift: a page is the smallest pipe.
      #expect(fcntl(ends[1], 1031, 4096) >= 0)
      posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    } else {
      posix_spawn_file_actions_addopen(&actions, 1, outputs.file("output"), O_WRONLY | O_CREAT, 0o600)
    }
    pipe = pipesOutput ? ends[0] : nil

    for stream in closing { posix_spawn_file_actions_addclose(&actions, stream) }

    // The tests' threads hold signals back, and a program inherits that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    // env changes the folder and becomes the program.
    var words = (["env", "-C", folder, Self.path] + arguments).map { strdup($0) } + [nil]
    var variables = environment.compactMap { name, value in value.map { strdup("\(name)=\($0)") } } + [nil]
    defer { for text in words + variables { free(text) } }
    var process: pid_t = 0
    let failure = posix_spawn(&process, "/usr/bin/env", &actions, &attributes, &words, &variables)
    if pipesOutput { close(ends[1]) }
    try #require(failure == 0, "\(Self.path): \(String(cString: strerror(failure)))")
    self.process = process
  }

  deinit { if let pipe { close(pipe) } }

  private static let spawning = NSLock()

  /// Beside the tests, where the package is built.
  private static let path: String = {
    let tests =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments[0]
    return URL(filePath: tests).deletingLastPathComponent().appending(path: "latentwalk").path
  }()

  /// Reads standard output up to the first line with these words, and no further.
  func read(upTo words: String) throws {
    while true {
      if let line = nextLine() {
        if line.contains(words) { return }
      } else {
        var part = [UInt8](repeating: 0, count: 512)
        let count = Glibc.read(try #require(pipe), &part, part.count)
        try #require(count > 0, "The program ended before it wrote \"\(words)\".")
        unread += String(decoding: part[..<count], as: UTF8.self)
      }
    }
  }

  private func nextLine() -> Substring? {
    guard let end = unread.firstIndex(of: "\n") else { return nil }
    defer { unread = String(unread[unread.index(after: end)...]) }
    return Substring(unread[..<end])
  }

  /// The most memory that the running program has had, in bytes. The figure of wait4 is at least what the
  /// tests themselves had when they started it.
  func peakMemory() throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
    return try #require(Int(line.filter(\.isNumber))) * 1024
  }

  /// Whether the running program handles a signal itself.
  func catches(_ signal: Int32) throws -> Bool {
    let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") })
    let mask = try #require(UInt64(line.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16))
    return mask >> UInt64(signal - 1) & 1 == 1
  }

  func send(_ signal: Int32) { kill(process, signal) }

  /// Waits for the program's end.
  func finished() throws -> Run {
    var output = unread
    if let pipe {
      output += String(decoding: try FileHandle(fileDescriptor: pipe).readToEnd() ?? Data(), as: UTF8.self)
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 { try #require(errno == EINTR) }
    if pipe == nil { output = try text("output") }
    // As in a shell: a program that a signal ends has 128 and the signal's number.
    let signal = status & 0x7F
    return Run(
      exitCode: signal == 0 ? status >> 8 & 0xFF : 128 + signal, output: output, errors: try text("errors"))
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: outputs.file(name))), as: UTF8.self)
  }
}

extension TemporaryFolder {
  /// Runs the program in this folder, or in another.
  func run(
    _ arguments: String..., in folder: String? = nil, environment: [String: String?] = [:]
  ) throws -> Program.Run {
    try Program(arguments, in: folder ?? path, environment: environment).finished()
  }
}

/// Expects a run that ended with this exit code, wrote no result, and said one sentence with these words.
func expectRefusal(
  _ run: Program.Run, _ exitCode: Int32, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(run.exitCode == exitCode, "\(run.errors)", sourceLocation: sourceLocation)
  #expect(run.output.isEmpty, sourceLocation: sourceLocation)
  let sentences = run.errors.split(separator: "\n").filter { $0.hasPrefix("Error: ") }
  #expect(sentences.count == 1, "\(run.errors)", sourceLocation: sourceLocation)
  let sentence = sentences.first.map(String.init) ?? ""
  for word in words { #expect(sentence.contains(word), "\(run.errors)", sourceLocation: sourceLocation) }
  // What Swift says to programmers, and sentences that were put together badly.
  for debris in ["Error(", "NSError", "Domain=", "Optional", "CheckpointError", "Fatal", ".."] {
    #expect(!sentence.contains(debris), "\(run.errors)", sourceLocation: sourceLocation)
  }
  if exitCode == 1 { #expect(sentence.hasSuffix("."), "\(run.errors)", sourceLocation: sourceLocation) }
}

/// Expects a run that reached its end, with these lines as its result.
func expectDone(_ run: Program.Run, _ lines: String..., sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(run.exitCode == 0, "\(run.errors)", sourceLocation: sourceLocation)
  #expect(run.output == lines.map { $0 + "\n" }.joined(), sourceLocation: sourceLocation)
}
