import Checkpoints
import Foundation
import ModelFiles
import Tensors
import Testing

@Suite struct SafetensorsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func refusal(_ bytes: [UInt8]) throws -> String {
    let path = try folder.write("broken.safetensors", bytes)
    let sentence = sentence { try TensorFile(path: path) }
    #expect(sentence.hasPrefix(path + " is damaged: "))
    #expect(sentence.hasSuffix("Fetch the file again."))
    return sentence
  }

  @Test("tensors come out in the precision of the file")
  func reads() throws {
    let header = """
      {"__metadata__":{"format":"pt"},
       "a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
       "b":{"dtype":"F16","shape":[1,3],"data_offsets":[8,14]},
       "c":{"dtype":"BF16","shape":[],"data_offsets":[14,16]}}
      """
    let data: [UInt8] =
      littleEndian(Float(1.5).bitPattern) + littleEndian(Float(-2).bitPattern) + littleEndian(UInt16(0x3C00))
      + littleEndian(UInt16(0xC000)) + littleEndian(UInt16(0x3555)) + littleEndian(UInt16(0x4049))
    let file = try TensorFile(path: folder.write("good.safetensors", safetensors(header, data: data)))

    #expect(file.names == ["a", "b", "c"])
    let a = try #require(try file.tensor("a"))
    #expect(a.elementType == .float32)
    #expect(a.float32().values == [1.5, -2])
    let b = try #require(try file.tensor("b"))
    #expect(b.elementType == .float16 && b.shape == [1, 3])
    #expect(b.float32().values == [1, -2, 0.333_251_95])
    let c = try #require(try file.tensor("c"))
    #expect(c.elementType == .bfloat16 && c.shape == [])
    #expect(c.float32().values == [3.140_625])
    #expect(try file.tensor("d") == nil)
  }

  @Test("a tensor and some of its rows outlive the file they were read from")
  func rows() throws {
    let values = (0..<20_000).map(Float.init)
    let path = try folder.write(
      "large.safetensors", safetensors(["a": ([2], [7, 8]), "b": ([100, 200], values)]))
    let table = try #require(try TensorFile(path: path).tensor("b"))
    let part = try #require(try TensorFile(path: path).tensor("b", rows: 1..<3))
    #expect(unlink(path) == 0)
    #expect(table.float32().values == values)
    #expect(table.rows([99, 1]).values == Array(values[19_800...] + values[200..<400]))
    #expect(part.shape == [2, 200] && part.float32().values == Array(values[200..<600]))
  }

  @Test("a file may hold element types that LatentWalk cannot compute with, until one is requested")
  func toleratesOtherTypes() throws {
    let header = """
      {"ids":{"dtype":"I64","shape":[1,2],"data_offsets":[0,16]},
       "w":{"dtype":"F32","shape":[1],"data_offsets":[16,20]}}
      """
    let path = try folder.write("ids.safetensors", safetensors(header, data: Array(repeating: 0, count: 20)))
    let file = try TensorFile(path: path)
    #expect(try file.tensor("ids") == nil)
    #expect(file.entry("ids")?.elementName == "I64")
    let weights = Weights(file)
    #expect(try weights.tensor("w", shape: [1]).count == 1)
    let sentence = sentence { try weights.tensor("ids", shape: [1, 2]) }
    #expect(sentence.contains("the tensor ids is stored as I64; LatentWalk reads F32, F16 and BF16"))
  }

  @Test("a file without tensors is a file without tensors")
  func empty() throws {
    #expect(try TensorFile(path: folder.write("none.safetensors", safetensors("{}"))).names == [])
  }

  @Test("a path that does not exist or is a folder is named")
  func unreadable() throws {
    #expect(
      sentence { try TensorFile(path: "/nowhere/model.safetensors") }
        == "/nowhere/model.safetensors: there is no such file. Check the path.")
    #expect(
      sentence { try TensorFile(path: folder.path) }
        == "\(folder.path) cannot be read: it is not a file.")
  }

  @Test("a file too short for a header is refused")
  func tooShort() throws {
    #expect(try refusal([]).contains("it has only 0 bytes"))
    #expect(try refusal([1, 2, 3]).contains("it has only 3 bytes"))
  }

  @Test("a header longer than the file, or absurdly long, is refused")
  func longHeader() throws {
    #expect(try refusal(safetensors("{}", claiming: 3)).contains("a header of 3 bytes, and 2 follow"))
    #expect(
      try refusal(safetensors("{}", claiming: .max)).contains(
        "a header of 18446744073709551615 bytes, and 2 follow"))
    // A gigabyte of header, as a hole in the disk.
    let path = try folder.write("huge.safetensors", littleEndian(UInt64(1 << 30)))
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.truncate(atOffset: (1 << 30) + 8)
    try file.close()
    #expect(
      sentence { try TensorFile(path: path) }.contains(
        "its header of 1073741824 bytes is longer than any model's"))
  }

  @Test("a header that is no table of tensors is refused")
  func headerIsNoTable() throws {
    #expect(try refusal(safetensors("{\"a\":")).contains("not valid JSON"))
    #expect(try refusal(safetensors("[1, 2]")).contains("its header cannot be read"))
    #expect(
      try refusal(safetensors("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}")).contains(
        "at a, dtype is missing"))
    #expect(
      try refusal(safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}"))
        .contains("its header cannot be read: "))
  }

  @Test("an element type that does not exist is refused")
  func unknownType() throws {
    let header = "{\"a\":{\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[0,4]}}"
    #expect(
      try refusal(safetensors(header, data: [0, 0, 0, 0])).contains("the tensor a has the unknown type F33"))
  }

  @Test("a truncated file is refused")
  func truncated() throws {
    let whole = safetensors(["a": ([2], [1, 2]), "b": ([1], [3])])
    #expect(
      try refusal(whole.dropLast(1)).contains(
        "the tensor b ends at byte 12 behind the header, and only 11 are there"))
    #expect(try refusal(whole + [0]).contains("1 bytes follow the last tensor"))
  }

  @Test(
    "offsets that lie are refused",
    arguments: [
      ("[4,0]", "the tensor a has the offsets [4, 0]"),
      ("[0]", "the tensor a has the offsets [0]"),
      ("[0,4,8]", "the tensor a has the offsets [0, 4, 8]"),
      ("[4,12]", "the tensor a begins at 4, and the one before it ends at 0"),
      ("[-8,0]", "the tensor a begins at -8, and the one before it ends at 0"),
      ("[-9223372036854775808,9223372036854775807]", "begins at -9223372036854775808"),
      ("[0,9223372036854775807]", "takes 8 bytes, and its offsets span 9223372036854775807"),
      ("[0,800]", "takes 8 bytes, and its offsets span 800"),
    ])
  func lyingOffsets(offsets: String, reason: String) throws {
    let header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":\(offsets)}}"
    #expect(try refusal(safetensors(header, data: Array(repeating: 0, count: 8))).contains(reason))
  }

  @Test("tensors that overlap are refused")
  func overlap() throws {
    let header = """
      {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}
      """
    #expect(
      try refusal(safetensors(header, data: Array(repeating: 0, count: 12)))
        .contains("the tensor b begins at 4, and the one before it ends at 8"))
  }

  @Test("shapes that no memory holds are refused", arguments: ["[-1,-2]", "[4611686018427387904,4]"])
  func impossibleShape(shape: String) throws {
    let header = "{\"a\":{\"dtype\":\"F32\",\"shape\":\(shape),\"data_offsets\":[0,8]}}"
    #expect(
      try refusal(safetensors(header, data: Array(repeating: 0, count: 8))).contains("the impossible shape"))
  }

  @Test("a tensor that is larger than memory is refused when it is read")
  func largerThanMemory() throws {
    let header = #"{"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}"#
    let path = try folder.write("model.safetensors", safetensors(header))
    try #require(truncate(path, 8 + header.utf8.count + 4_398_046_511_104) == 0)
    let sentence = sentence { try TensorFile(path: path).tensor("a") }
    #expect(
      sentence.hasPrefix("\(path) cannot be read: its tensor a needs 4194304 MB of memory, and "),
      "\(sentence)")
  }
}
