import Dispatch
import Files
import Foundation
import Synchronization

/// A program that runs beside this one, with one stream of bytes to it or from it. It is killed when this value is
/// released.
///
/// Foundation's `Process` and not swift-subprocess, which is only asynchronous: version 1.0.2 runs a part of its work in
/// tasks of the common concurrency pool, whatever the executor of its caller, so that it stands still when synchronous
/// encoders on all threads of the pool wait for their programs.
final class ChildProcess {
  /// What the bytes are: the program's standard input, or its standard output. The other one is empty.
  enum Stream { case input, output }

  private let process = Process()
  /// Our end of the stream; -1 when it is closed.
  private var stream: Int32
  private let ending = Ending()

  /// - Parameter program: its path. That it cannot be started is reported by `wait`.
  init(_ program: String, _ arguments: [String], _ kind: Stream) {
    let (ours, theirs) = Self.connectedSockets()
    let (messages, errors) = Self.connectedSockets()
    stream = ours
    let end = FileHandle(fileDescriptor: theirs, closeOnDealloc: false)
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardInput = kind == .input ? end : FileHandle.nullDevice
    process.standardOutput = kind == .output ? end : FileHandle.nullDevice
    process.standardError = FileHandle(fileDescriptor: errors, closeOnDealloc: false)
    process.terminationHandler = { [ending] process in
      ending.set(
        process.terminationReason == .uncaughtSignal
          ? "it was ended by signal \(process.terminationStatus)"
          : process.terminationStatus == 0 ? nil : "it ended with code \(process.terminationStatus)")
    }
    do {
      guard theirs >= 0, errors >= 0 else { throw POSIXError(.EMFILE) }
      try process.run()
    } catch {
      let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
      ending.set("it cannot be started: \(systemReason(Int32(clamping: cause.code)))")
    }
    // Without its own copy of these ends, this process sees when the program closes them.
    for descriptor in [theirs, errors] where descriptor >= 0 { close(descriptor) }
    ending.readMessages(from: messages)
  }

  deinit {
    stop()
    closeStream()
  }

  /// Gives the program bytes; false if it does not take them any more.
  func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let count = send(stream, part.baseAddress, part.count, Int32(MSG_NOSIGNAL))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Fills memory with the program's next bytes.
  /// - Returns: how many there were; fewer than asked for at the end of the stream.
  func read(into memory: UnsafeMutableRawBufferPointer) -> Int {
    var done = 0
    while done < memory.count {
      let count = recv(stream, memory.baseAddress?.advanced(by: done), memory.count - done, 0)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      done += count
    }
    return done
  }

  /// Ends the stream: a program that reads it has everything then.
  func closeStream() {
    if stream >= 0 { close(stream) }
    stream = -1
  }

  /// Waits until the program has ended.
  /// - Returns: nil if it succeeded, otherwise why not, for the inside of a sentence: the last line of its messages.
  func wait() -> String? { ending.wait() }

  /// Kills the program if it still runs, and waits for its end.
  func stop() {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    _ = ending.wait()
  }

  /// Sockets and no pipe: writing to a pipe that nobody reads any more ends the whole process with a signal. No other
  /// program inherits them; -1 where the system has no more.
  private static func connectedSockets() -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends)
    return (ends[0], ends[1])
  }
}

/// How a program ended and what it said last, for a thread that waits for it.
private final class Ending: Sendable {
  private struct State {
    var reason: String?
    var messages: [UInt8] = []
  }

  private let state = Mutex(State())
  private let ended = DispatchGroup()
  /// Serial, so that it has a thread however many others are busy.
  private let queue = DispatchQueue(label: "latentwalk.messages")

  init() { ended.enter() }

  /// Once only.
  func set(_ reason: String?) {
    state.withLock { $0.reason = reason }
    ended.leave()
  }

  /// Reads all that a program says, so that it never waits for a reader, and keeps the end.
  func readMessages(from descriptor: Int32) {
    queue.async(group: ended) { [self] in
      var part = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = recv(descriptor, &part, part.count, 0)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { break }
        state.withLock { $0.messages = ($0.messages + part[..<count]).suffix(4096) }
      }
      if descriptor >= 0 { close(descriptor) }
    }
  }

  func wait() -> String? {
    ended.wait()
    return state.withLock { state in
      guard let reason = state.reason else { return nil }
      let lines = String(decoding: state.messages, as: UTF8.self).split(whereSeparator: \.isNewline)
      guard let line = lines.last(where: { !$0.allSatisfy(\.isWhitespace) }) else { return reason }
      return String(line.last == "." ? line.dropLast() : line)
    }
  }
}
