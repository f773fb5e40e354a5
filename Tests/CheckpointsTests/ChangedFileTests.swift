import Checkpoints
import Foundation
import ModelFiles
import Tensors
import Testing

/// Files that another program changes while they are open: an error or the bytes that were opened, never a signal.
@Suite struct ChangedFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let values = (0..<4096).map(Float.init)

  /// A file of three pages with the tensor `a`.
  private func file(_ ending: String) throws -> TensorFile {
    let name = "model.\(ending)"
    if ending == "safetensors" {
      try folder.write(name, safetensors(["a": ([4096], Self.values)]))
    } else {
      let pickle = Pickled.dictionary("a", Pickled.tensor("0", 4096, 0, [4096], [1])) + Pickled.stop
      let data = Self.values.flatMap { littleEndian($0.bitPattern) }
      try folder.write(name, zip(["model/data.pkl": pickle, "model/data/0": data]))
    }
    let file = try TensorFile(path: folder.path + "/" + name)
    // The clock of files ticks every few milliseconds.
    usleep(20_000)
    return file
  }

  @Test("a file that is cut off after it was opened is an error", arguments: ["safetensors", "ckpt"])
  func truncated(ending: String) throws {
    for size in [0, 100, 5000] {
      let file = try file(ending)
      #expect(truncate(file.path, size) == 0)
      expectChanged(file)
    }
  }

  @Test("a file that is overwritten after it was opened is an error", arguments: ["safetensors", "ckpt"])
  func overwritten(ending: String) throws {
    let file = try file(ending)
    let handle = try FileHandle(forWritingTo: URL(filePath: file.path))
    try handle.seek(toOffset: 9000)
    try handle.write(contentsOf: Data([1, 2, 3, 4]))
    try handle.close()
    expectChanged(file)
  }

  @Test(
    "a file that is replaced or deleted after it was opened is read as it was",
    arguments: ["safetensors", "ckpt"])
  func replaced(ending: String) throws {
    let replaced = try file(ending)
    try folder.write("other", safetensors(["a": ([4096], Array(repeating: 1, count: 4096))]))
    #expect(rename(folder.path + "/other", replaced.path) == 0)
    #expect(try replaced.tensor("a")?.float32().values == Self.values)
    let deleted = try file(ending)
    #expect(unlink(deleted.path) == 0)
    #expect(try deleted.tensor("a")?.float32().values == Self.values)
  }

  private func expectChanged(_ file: TensorFile, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(throws: CheckpointError.changed(path: file.path), sourceLocation: sourceLocation) {
      try file.tensor("a")
    }
    let sentence = sentence { try Weights(file).tensor("a", shape: [4096]) }
    #expect(
      sentence
        == "\(file.path) changed while it was being read. Wait until the program that writes it is done, then try again.",
      sourceLocation: sourceLocation)
  }

  @Test("a pipe or a device in place of a file is refused without waiting for it", .timeLimit(.minutes(1)))
  func special() throws {
    let pipe = folder.path + "/pipe.yaml"
    #expect(mkfifo(pipe, 0o600) == 0)
    let refusals = [
      "\(pipe) cannot be read: it is not a file.", "/dev/zero cannot be read: it is not a file.",
    ]
    for (path, refusal) in zip([pipe, "/dev/zero"], refusals) {
      #expect(sentence { try TensorFile(path: path) } == refusal)
      #expect(sentence { try NumpyArray(npyFile: path) } == refusal)
      #expect(sentence { try Configuration(path: path) } == refusal)
      #expect(sentence { try Weights(index: path) } == refusal)
      #expect(sentence { try ModelFolder(path: path, tokenizer: "") } == refusal)
    }
    // The settings beside a single file.
    let model = try folder.write(
      "pipe.safetensors",
      safetensors([
        "model.diffusion_model.input_blocks.0.0.weight": ([4, 4, 1, 1], Array(repeating: 1, count: 16)),
        "model.diffusion_model.out.2.weight": ([4], [1, 2, 3, 4]),
      ]))
    #expect(sentence { try SingleFile(path: model) } == refusals[0])
    guard access("/proc/kmsg", R_OK) == 0 else { return }
    #expect(
      sentence { try TensorFile(path: "/proc/kmsg") }
        == "/proc/kmsg cannot be read: it is not a file on a disk.")
  }

  @Test("a header is not followed into memory that the file could not fill")
  func hugeHeaders() throws {
    // Files of four gigabytes, as holes in the disk: a directory of a zip file, and the header of an array.
    let count = 90_000_000
    var end = littleEndian(UInt32(0x0605_4b50)) + [0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]
    end += littleEndian(UInt32(4_200_000_000)) + littleEndian(UInt32(0)) + [0, 0]
    var locator =
      littleEndian(UInt32(0x0706_4b50)) + littleEndian(UInt32(0)) + littleEndian(UInt64(4_200_000_000))
    locator += littleEndian(UInt32(1))
    var record = littleEndian(UInt32(0x0606_4b50)) + Array(repeating: 0, count: 20)
    for number in [count, count, 4_200_000_000, 0] { record += littleEndian(UInt64(number)) }
    let archive = try folder.write("huge.ckpt", [0x50, 0x4b, 3, 4])
    try append(record + locator + end, to: archive, at: 4_200_000_000)
    #expect(sentence { try TensorFile(path: archive) }.contains("its directory claims"))

    let array = try folder.write(
      "huge.npy", [0x93] + Array("NUMPY".utf8) + [2, 0] + littleEndian(UInt32(4_000_000_000)))
    try append([0], to: array, at: 4_200_000_000)
    #expect(sentence { try NumpyArray(npyFile: array) }.contains("its header of 4000000000 bytes is longer"))
    let settings = try folder.write("huge.json", "{")
    try append([0], to: settings, at: 4_200_000_000)
    #expect(sentence { try Configuration(path: settings) }.contains("it has 4200000001 bytes"))
  }

  private func append(_ bytes: [UInt8], to path: String, at offset: UInt64) throws {
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.seek(toOffset: offset)
    try file.write(contentsOf: Data(bytes))
    try file.close()
  }
}
