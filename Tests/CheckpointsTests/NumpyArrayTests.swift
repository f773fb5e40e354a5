import Checkpoints
import Foundation
import ModelFiles
import Testing

@Suite struct NumpyArrayTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func npy(_ dictionary: String, data: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let text = Array(dictionary.utf8)
    let length = version == 1 ? littleEndian(UInt16(text.count)) : littleEndian(UInt32(text.count))
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + text + data
  }

  private func refusal(_ bytes: [UInt8]) throws -> String {
    let path = try folder.write("noise.npy", bytes)
    let sentence = sentence { try NumpyArray(npyFile: path) }
    #expect(sentence.hasPrefix(path))
    return sentence
  }

  private func header(descr: String = "'<f4'", order: String = "False", shape: String = "(1, 2)") -> String {
    "{'descr': \(descr), 'fortran_order': \(order), 'shape': \(shape), }\n"
  }

  @Test("what is written is read again", arguments: [[], [3], [2, 3], [4, 0], [1, 4, 2, 2]])
  func roundTrip(shape: [Int]) throws {
    let array = NumpyArray(shape: shape, values: (0..<shape.reduce(1, *)).map { Float($0) / 3 - 1 })
    let path = folder.path + "/array.npy"
    try array.write(to: path)
    #expect(try NumpyArray(npyFile: path) == array)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["array.npy"])
  }

  @Test("an array that is larger than any noise or embedding is refused before it is read")
  func hugeArray() throws {
    let bytes = npy(header(shape: "(536870912,)"), data: [])
    let path = try folder.write("noise.npy", bytes)
    try #require(truncate(path, bytes.count + 2_147_483_648) == 0)
    #expect(
      sentence { try NumpyArray(npyFile: path) }.contains("its numbers take 2147483648 bytes, and at most"))
  }

  @Test("the file is the one that numpy writes")
  func bytes() throws {
    // numpy 2: numpy.save(f, numpy.array([[1, 2]], "float32")); f.getvalue()[:128]
    let path = folder.path + "/array.npy"
    try NumpyArray(shape: [1, 2], values: [1, 2]).write(to: path)
    let dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }"
    let padding = String(repeating: " ", count: 128 - 10 - dictionary.count - 1) + "\n"
    let expected = npy(
      dictionary + padding, data: littleEndian(Float(1).bitPattern) + littleEndian(Float(2).bitPattern))
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(expected))
  }

  @Test("headers of the later versions are read", arguments: [2, 3] as [UInt8])
  func versions(version: UInt8) throws {
    let data = littleEndian(Float(5).bitPattern)
    let path = try folder.write("array.npy", npy(header(shape: "(1,)"), data: data, version: version))
    #expect(try NumpyArray(npyFile: path) == NumpyArray(shape: [1], values: [5]))
  }

  @Test(
    "numbers of another type are refused with the way to save them",
    arguments: ["'<f8'", "'>f4'", "'<f2'", "'|u1'"])
  func otherTypes(type: String) throws {
    let sentence = try refusal(npy(header(descr: type), data: Array(repeating: 0, count: 16)))
    #expect(sentence.contains("holds numbers of the type \(type.dropFirst().dropLast())"))
    #expect(sentence.contains("LatentWalk reads float32 in C order"))
    #expect(sentence.contains("array.astype(\"float32\")"))
    let structured = try refusal(npy(header(descr: "[('a', '<f4'), ('b', '<f4')]"), data: []))
    #expect(structured.contains("numbers of the type [(a, <f4), (b, <f4)]"))
  }

  @Test("Fortran order is refused with the way to save it")
  func fortranOrder() throws {
    let sentence = try refusal(npy(header(order: "True"), data: Array(repeating: 0, count: 8)))
    #expect(sentence.contains("holds an array in Fortran order"))
    #expect(sentence.contains("numpy.ascontiguousarray(array)"))
  }

  @Test("a file that is no .npy file, or ends too early, is refused")
  func damaged() throws {
    #expect(try refusal([]).contains("is not a usable .npy file: it does not begin as one"))
    #expect(try refusal(Array("PK\u{3}\u{4} and more of it".utf8)).contains("it does not begin as one"))
    #expect(try refusal(npy(header(), data: [], version: 9)).contains("the unknown version 9"))
    #expect(try refusal(Array(npy(header(), data: []).prefix(40))).contains("it ends inside its header"))
    #expect(try refusal(npy("{'descr': '<f4', }", data: [])).contains("its header reads {'descr': '<f4', }"))
    #expect(try refusal(npy(header(shape: "(1, x)"), data: [])).contains("its header gives the shape (1, x)"))
    #expect(try refusal(npy(header(shape: "(-1, 2)"), data: [])).contains("the impossible shape [-1, 2]"))
    #expect(
      try refusal(npy(header(), data: [0, 0, 0, 0, 0, 0, 0]))
        .contains("the shape [1, 2] takes 8 bytes, and 7 are there"))
    #expect(
      try refusal(npy(header(), data: Array(repeating: 0, count: 12))).contains("and 12 are there"))
  }

  @Test("a place that cannot be written is named, and nothing is left behind")
  func unwritable() throws {
    let array = NumpyArray(shape: [1], values: [1])
    let nowhere = folder.path + "/nowhere/array.npy"
    #expect(
      sentence { try array.write(to: nowhere) }
        == "\(nowhere) cannot be written: No such file or directory. Choose another place or make room.")
    let occupied = folder.path + "/folder"
    try FileManager.default.createDirectory(atPath: occupied, withIntermediateDirectories: true)
    #expect(sentence { try array.write(to: occupied) }.contains("cannot be written: Is a directory"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["folder"])
  }

  @Test("a full disk is reported", .enabled(if: fileExists("/dev/full")))
  func fullDisk() throws {
    let path = folder.path + "/array.npy"
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/full")
    let array = NumpyArray(shape: [10_000], values: Array(repeating: 1, count: 10_000))
    #expect(sentence { try array.write(to: path) }.contains("cannot be written: No space left on device"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["array.npy"])
  }
}

func fileExists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
