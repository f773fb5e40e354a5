import Checkpoints
import ModelFiles
import Testing

/// Files that lie, break off or want something: one sentence each.
@Suite struct HostilePickleTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func refusal(_ bytes: [UInt8]) throws -> String {
    let path = try folder.write("model.ckpt", bytes)
    let sentence = sentence { try TensorFile(path: path) }
    #expect(sentence.hasPrefix(path))
    return sentence
  }

  private func refusal(pickle: [UInt8]) throws -> String {
    try refusal(zip(["archive/data.pkl": pickle, "archive/data/0": Array(repeating: 0, count: 16)]))
  }

  @Test(
    "a pickle that asks for anything to run is refused by that name",
    arguments: [
      ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("__builtin__", "exec"),
      ("subprocess", "Popen"),
      ("torch", "load"), ("collections", "OrderedDict.__reduce__"),
      ("ldm.models.diffusion.ddpm", "LatentDiffusion"),
    ])
  func forbidden(module: String, name: String) throws {
    let full = (module == "__builtin__" ? "builtins" : module) + "." + name
    let call =
      Pickled.global(module, name) + Pickled.text("rm -rf /") + [0x85] + Pickled.reduce + Pickled.stop
    #expect(
      try refusal(pickle: call).contains("is a pickle that asks for \(full). LatentWalk builds tensors"))
    let inProtocol4 = Pickled.text(module) + Pickled.text(name) + [0x93] + Pickled.stop
    #expect(try refusal(pickle: inProtocol4).contains("asks for \(full)"))
  }

  @Test("a tensor that its storage cannot hold is refused by name")
  func lyingTensors() throws {
    func tensor(count: Int = 4, offset: Int = 0, shape: [Int], strides: [Int], key: String = "0") throws
      -> String
    {
      try refusal(
        pickle: Pickled.dictionary("w", Pickled.tensor(key, count, offset, shape, strides)) + Pickled.stop)
    }
    #expect(
      try tensor(shape: [5], strides: [1]).contains(
        "the tensor w of the shape [5] has 5 values, and 4 are there"))
    #expect(
      try tensor(shape: [1 << 20, 1 << 20], strides: [0, 0]).contains("has 1099511627776 values, and 4"))
    #expect(try tensor(shape: [2, 2], strides: [3, 1]).contains("leads out of its 4 values"))
    #expect(try tensor(shape: [2], strides: [-1]).contains("leads out of its 4 values"))
    #expect(try tensor(offset: 3, shape: [2], strides: [1]).contains("leads out of its 4 values"))
    #expect(try tensor(offset: -1, shape: [2], strides: [1]).contains("leads out of its 4 values"))
    #expect(try tensor(shape: [2, 2], strides: [Int(Int32.max) << 24, 1]).contains("leads out of"))
    #expect(try tensor(shape: [-1], strides: [1]).contains("the impossible shape [-1]"))
    #expect(try tensor(shape: [1 << 40, 1 << 40], strides: [1, 1]).contains("the impossible shape"))
    #expect(
      try tensor(count: 5, shape: [1], strides: [1]).contains("claims a storage of 5 values, and 4 are there")
    )
    #expect(
      try tensor(shape: [1], strides: [1], key: "7").contains("is stored in data/7, which is not there"))
    #expect(try tensor(shape: [1], strides: [1, 1]).contains("describes a tensor in an unknown way"))
  }

  @Test("a pickle that breaks off or contradicts itself is refused")
  func damaged() throws {
    for (bytes, reason) in [
      ([], "ends too early at byte 0"), ([0x80, 2], "ends too early at byte 2"),
      ([0x2e], "that it never put there"),
      ([0x8d] + Array(repeating: 0xff, count: 8), "holds an absurd length"),
      ([0x58, 255, 255, 255, 255], "ends too early"),
      ([0x68, 3], "recalls a value that it never kept"), ([0x74], "takes values that it never put there"),
      ([0x4e, 0x28, 0x85], "takes values that it never put there"),
      ([0x28, 0x4e, 0x64], "a key without a value"),
      ([0x4e, 0x4e, 0x61], "adds to what is no collection"), ([0x63, 0x6f, 0x73], "ends inside a name"),
      ([0x4e, 0x29, 0x52], "calls what is no function"),
      ([0x29, 0x51], "describes a storage in an unknown way"),
      ([0x4e, 0x4e, 0x93], "names a class by something else than texts"),
    ] as [([UInt8], String)] {
      #expect(try refusal(pickle: bytes).contains(reason), "\(bytes)")
    }
    #expect(try refusal(pickle: [0x69]).contains("the instruction 0x69, which torch.save does not write"))
  }

  @Test("lists in lists, lists that hold themselves and lists of the same lists end")
  func deep() throws {
    let deep = Array(repeating: UInt8(0x5d), count: 100_000) + Array(repeating: 0x61, count: 99_999)
    let path = try folder.write("deep.ckpt", zip(["a/data.pkl": deep + Pickled.stop]))
    #expect(try TensorFile(path: path).entries.isEmpty)
    let own: [UInt8] = [0x5d, 0x71, 0, 0x68, 0, 0x61]
    #expect(
      try TensorFile(path: folder.write("own.ckpt", zip(["a/data.pkl": own + Pickled.stop]))).entries.isEmpty)
    // Each list holds the one before it twice: 2 to the power of 200 places for a walk that does not remember.
    var laughs: [UInt8] = [0x5d]
    for index in 0..<200 {
      laughs += [0x71, UInt8(index), 0x30, 0x68, UInt8(index), 0x68, UInt8(index), 0x86]
    }
    #expect(
      try TensorFile(path: folder.write("own.ckpt", zip(["a/data.pkl": laughs + Pickled.stop]))).entries
        .isEmpty)
  }

  @Test("a pickle without end, or one that copies without end, is refused")
  func endless() throws {
    let long = Array(repeating: UInt8(0x4e), count: 4_000_001)
    #expect(try refusal(pickle: long).contains("more instructions than any model's"))
    // A list of a hundred thousand, then a new one of it, again and again.
    var copies: [UInt8] = Pickled.global("builtins", "list") + [0x71, 0, 0x5d, 0x28]
    copies += Array(repeating: 0x4e, count: 100_000) + [0x65, 0x85, 0x71, 1]
    for _ in 0..<50 { copies += [0x68, 0, 0x68, 1, 0x52] }
    #expect(try refusal(pickle: copies).contains("copies more values than any model's"))
  }

  @Test("a zip file that is cut off, lies or packs is refused")
  func zipFiles() throws {
    let pickle: [UInt8] = [0x7d, 0x2e]
    let whole = zip(["a/data.pkl": pickle])
    #expect(try refusal(Array(whole.dropLast(1))).contains("a zip file without a directory at its end"))
    #expect(try refusal(zip(["a/other": pickle])).contains("a zip file without data.pkl"))
    #expect(
      try refusal(zip(["a/data.pkl": pickle], lying: ZipLies(count: 9))).contains(
        "its directory claims 9 entries"))
    #expect(
      try refusal(zip(["a/data.pkl": pickle], lying: ZipLies(count: 2, padding: 60))).contains(
        "its directory breaks off"))
    #expect(
      try refusal(zip(["a/data.pkl": pickle], lying: ZipLies(size: 1 << 30))).contains(
        "takes 1073741824 bytes and ends behind"))
    #expect(
      try refusal(zip(["a/data.pkl": pickle], lying: ZipLies(method: 8))).contains("is packed or encrypted"))
    #expect(
      try refusal(zip(["a/data.pkl": pickle], lying: ZipLies(offset: 5))).contains(
        "is not where the directory says"))
    #expect(
      try refusal(zip(["a/data.pkl": pickle, "a/byteorder": Array("big".utf8)])).contains("not little-endian")
    )
  }

  @Test("parts of a zip file that overlap are refused")
  func overlap() throws {
    // The directory lists the one part twice.
    let bytes = zip(["a/data.pkl": [0x7d, 0x2e]], lying: ZipLies(repeating: 2))
    #expect(try refusal(bytes).contains("its part a/data.pkl overlaps another"))
  }

  @Test(
    "files of other programs are named",
    arguments: [
      ("GGUF....", "is a GGUF file"), ("version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
      ("<!DOCTYPE html><html>", "is a web page"), ("GIF89a....", "is a picture"),

    ])
  func foreign(beginning: String, reason: String) throws {
    #expect(try refusal(Array(beginning.utf8)).contains(reason))
  }

  @Test("files of other kinds are known by bytes that are no text")
  func foreignBytes() throws {
    for (bytes, reason) in [
      ([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10], "is a picture"), ([0xff, 0xd8, 0xff, 0xe0], "is a picture"),
      ([0x93] + Array("NUMPY".utf8), "is an array of NumPy"),
      // pickle.dump(os.system): a pickle that torch.save did not write.
      (
        [0x80, 4, 0x95, 0x1d, 0, 0, 0, 0, 0, 0, 0, 0x8c, 5] + Array("posix".utf8),
        "LatentWalk runs no pickles"
      ),
      ([0x80, 2] + Pickled.global("os", "system") + Pickled.stop, "LatentWalk runs no pickles"),
    ] as [([UInt8], String)] {
      #expect(try refusal(bytes).contains(reason))
    }
  }
}
