import Checkpoints
import Foundation
import Tensors
import Testing

/// Files with random damage: whatever they hold, reading them ends, soon, with tensors inside the file or with a
/// sentence.
@Suite struct FuzzTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Fixtures/pytorch"
  ).path

  private static func bases() throws -> [[UInt8]] {
    let pickles = try ["plain.bin", "protocol5.bin", "views.pt", "lightning.ckpt", "embedding.pt"].map {
      [UInt8](try Data(contentsOf: URL(filePath: "\(fixtures)/\($0)")))
    }
    let table = safetensors([
      "model.diffusion_model.input_blocks.0.0.weight": ([4, 4, 3, 3], Array(repeating: 1, count: 144)),
      "model.diffusion_model.out.2.weight": ([4], [1, 2, 3, 4]),
      "cond_stage_model.model.ln_final.weight": ([2], [1, 2]),
      "cond_stage_model.model.transformer.resblocks.0.attn.in_proj_weight": ([3, 1], [1, 2, 3]),
      "first_stage_model.decoder.conv_in.weight": ([1], [1]),
    ])
    return pickles + [table, table]
  }

  @Test("four thousand damaged files with tensors are read or refused", .timeLimit(.minutes(1)))
  func tensorFiles() throws {
    var damage = Damage(seed: 1)
    var (read, refused) = (0, 0)
    let bases = try Self.bases()
    for round in 0..<4000 {
      let bytes = damage(bases[round % bases.count])
      let path = try folder.write("fuzz", bytes)
      do {
        let file = try SingleFile(path: path).file
        for entry in file.entries {
          #expect(entry.byteCount <= bytes.count, "round \(round)")
          if let tensor = try file.tensor(entry.name) { #expect(tensor.float32().count == entry.count) }
        }
        read += 1
      } catch let error as CheckpointError {
        #expect(error.description.hasPrefix(path), "round \(round)")
        refused += 1
      }
    }
    #expect(read > 100 && refused > 1000, "\(read) were read, \(refused) refused")
  }

  @Test("a thousand damaged arrays are read or refused", .timeLimit(.minutes(1)))
  func arrays() throws {
    var damage = Damage(seed: 2)
    try NumpyArray(shape: [2, 3], values: [1, 2, 3, 4, 5, 6]).write(to: folder.path + "/base.npy")
    let base = [UInt8](try Data(contentsOf: URL(filePath: folder.path + "/base.npy")))
    var refused = 0
    for _ in 0..<1000 {
      let path = try folder.write("fuzz.npy", damage(base))
      do {
        let array = try NumpyArray(npyFile: path)
        #expect(array.values.count == array.shape.reduce(1, *))
      } catch is CheckpointError {
        refused += 1
      }
    }
    #expect(refused > 500 && refused < 1000, "\(refused) were refused")
  }

  @Test("a thousand damaged lists of files are read or refused", .timeLimit(.minutes(1)))
  func indices() throws {
    var damage = Damage(seed: 3)
    try folder.write("part.safetensors", safetensors(["a": ([1], [1]), "b": ([1], [2])]))
    let base = Array(
      #"{"metadata":{"total_size":8},"weight_map":{"a":"part.safetensors","b":"part.safetensors"}}"#.utf8)
    var refused = 0
    for _ in 0..<1000 {
      let path = try folder.write("fuzz.json", damage(base))
      do { _ = try Weights(index: path) } catch is CheckpointError { refused += 1 }
      do { _ = try Configuration(path: path).integer("metadata") } catch is CheckpointError {}
    }
    #expect(refused > 500 && refused < 1000, "\(refused) were refused")
  }
}

/// Random damage to a file, from a seed.
struct Damage {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// Marsaglia, "Xorshift RNGs" (2003).
  private mutating func below(_ limit: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state >> 1) % max(1, limit)
  }

  mutating func callAsFunction(_ base: [UInt8]) -> [UInt8] {
    var bytes = base
    for _ in 0...below(3) where !bytes.isEmpty {
      let position = below(bytes.count)
      let end = min(bytes.count, position + 1 + below(16))
      switch below(8) {
      case 0: bytes[position] ^= 1 << UInt8(below(8))
      case 1: bytes[position] = UInt8(below(256))
      case 2: bytes.replaceSubrange(position..<end, with: Array(repeating: 0xff, count: end - position))
      case 3: bytes.replaceSubrange(position..<end, with: Array(repeating: 0, count: end - position))
      case 4: bytes.removeSubrange(position..<end)
      case 5: bytes.insert(contentsOf: bytes[position..<end], at: below(bytes.count))
      case 6: bytes.removeSubrange(position...)
      default:
        // A digit of a size, an offset or a length.
        let digits = bytes.indices.filter { (0x30...0x39).contains(bytes[$0]) }
        if !digits.isEmpty { bytes[digits[below(digits.count)]] = UInt8(0x30 + below(10)) }
      }
    }
    return bytes
  }
}
