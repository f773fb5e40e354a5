import Checkpoints
import Foundation
import StableDiffusion
import Tensors
import Testing

/// Adapter files with changed bytes and prompts of random parts are read, or refused with a sentence, in bounded time.
@Suite struct AdapterFuzzTests {
  /// xorshift64*, Vigna (arXiv 1402.6246).
  private struct Dice: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state ^= state >> 12
      state ^= state << 25
      state ^= state >> 27
      return state &* 2_685_821_657_736_338_717
    }
  }

  /// Changes a few bytes, cuts the end off, doubles a part, or swaps digits and letters of the header.
  private func mutated(_ bytes: [UInt8], with dice: inout Dice) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &dice) {
      guard !bytes.isEmpty else { break }
      let position = Int.random(in: 0..<bytes.count, using: &dice)
      switch Int.random(in: 0..<6, using: &dice) {
      case 0: bytes[position] = UInt8.random(in: .min ... .max, using: &dice)
      case 1: bytes.removeSubrange(position...)
      case 2: bytes.insert(contentsOf: bytes[position...].prefix(64), at: position)
      case 3:
        bytes.removeSubrange(position..<min(bytes.count, position + Int.random(in: 1...8, using: &dice)))
      default:
        // In the header, where most of the decisions are made.
        let header = Int.random(in: 0..<min(bytes.count, 2000), using: &dice)
        bytes[header] = Array("0123456789:.,_\"[]{}aeu".utf8).randomElement(using: &dice) ?? 0
      }
    }
    return bytes
  }

  @Test(
    "files with mutations are read or refused with a sentence",
    arguments: [
      "lora/kohya.safetensors", "lora/peft-settings.safetensors", "lora/cloneofsimo.safetensors",
      "lora/original-names.safetensors", "prompts/learned_embeds.bin", "prompts/my-style.pt",
      "prompts/wide.safetensors",
    ])
  func files(name: String) throws {
    let original = [UInt8](try Data(contentsOf: URL(filePath: "\(GoldenPipeline.fixtures)/\(name)")))
    let folder = try GoldenPipeline("sd1").folder
    var dice = Dice(state: 7)
    var (accepted, refused) = (0, 0)
    for _ in 0..<250 {
      let file = try TemporaryFile(mutated(original, with: &dice), name: "a.file")
      do {
        let adapters =
          try name.hasPrefix("lora")
          ? Adapters(loras: [LoRA(path: file.path, weight: 0.5)])
          : Adapters(textualInversions: TextualInversion.read(path: file.path))
        let encoder = try PromptEncoder(folder, adapters: adapters)
        #expect(encoder("a dog").conditioning.tokens.shape == [1, 77, 32])
        accepted += 1
      } catch {
        let sentence = "\(error)"
        #expect(
          error is CheckpointError || error is LoRAError || error is TextualInversionError, "\(sentence)")
        #expect(sentence.contains(file.path) && sentence.hasSuffix("."), "\(sentence)")
        refused += 1
      }
    }
    #expect(accepted > 0 && refused > 0, "\(accepted) accepted, \(refused) refused")
  }

  @Test("any prompt in AUTOMATIC1111's notation gives whole chunks of finite numbers")
  func prompts() throws {
    let encoder = try PromptEncoder(GoldenPipeline("sd1").folder)
    let pieces = [
      "(", ")", "[", "]", ":", "\\", "BREAK", " ", ",", "1.3", ":1.3)", ":-2 )", "a dog", "é", "🎨", "\u{301}",
      "<s1>",
      "((", "))", ":99999999999999999999999999999999999999999999)", "<|endoftext|>", "\n", "&amp;", "x:y",
      ".", "0",
    ]
    var dice = Dice(state: 11)
    for round in 0..<400 {
      let prompt = (0..<Int.random(in: 0...60, using: &dice)).map { _ in
        pieces.randomElement(using: &dice) ?? ""
      }.joined()
      let chunks = encoder.tokenizer.chunks(of: prompt)
      #expect(!chunks.isEmpty, "\(prompt.debugDescription)")
      for chunk in chunks {
        #expect(chunk.ids.count == 77 && chunk.weights.count == 77, "\(prompt.debugDescription)")
        #expect(!chunk.weights.contains { !$0.isFinite }, "\(prompt.debugDescription)")
      }
      guard round % 8 == 0 else { continue }
      let embedding = encoder(prompt, reading: PromptReading(syntax: .a1111)).conditioning.tokens
      #expect(embedding.shape == [1, 77 * chunks.count, 32])
      #expect(embedding.isFinite, "\(prompt.debugDescription)")
    }
  }

  @Test("a tokenizer with room for nothing gives a chunk of nothing")
  func noRoom() throws {
    let folder = NSTemporaryDirectory() + "latentwalk-\(UUID().uuidString)"
    defer { _ = try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.copyItem(atPath: GoldenPipeline.fixtures + "/sd1/tokenizer", toPath: folder)
    try Data(#"{"model_max_length": 2}"#.utf8).write(to: URL(filePath: folder + "/tokenizer_config.json"))
    let chunks = try Tokenizer(folder: folder).chunks(of: "a (dog:1.2) BREAK a cat")
    #expect(chunks.map(\.ids.count) == [2])
  }

  @Test("long and deep prompts take no long time")
  func longPrompts() throws {
    let tokenizer = try Tokenizer(folder: GoldenPipeline.fixtures + "/sd1/tokenizer")
    for piece in ["(", "[a", ":1)", "(a:1.1)", "\\", "BREAK ", ")", ": "] {
      #expect(!tokenizer.chunks(of: String(repeating: piece, count: 5000)).isEmpty)
    }
  }
}
