import Checkpoints
import Foundation
import StableDiffusion
import Tensors
import Testing

private let realFile = URL(filePath: #filePath).deletingLastPathComponent()
  .appending(path: "../../../shared/data/lora/learned_embeds.bin").standardized.path

/// Learned words, AUTOMATIC1111's notation and skipped layers on the pipeline `sd1`, against diffusers and transformers
/// (Tools/golden/prompts.py).
@Suite struct PromptTests {
  private struct Golden: Decodable {
    struct Chunk: Decodable {
      /// Without begin and the last end.
      let ids: [Int]
      let weights: [Float]
    }
    let clip: [String]
    let a1111: [String]
    let chunks: [[Chunk]]
  }

  private static let folder = GoldenPipeline.fixtures + "/prompts"
  private let golden: Golden
  private let tensors: TensorFile
  private let encoder: PromptEncoder

  init() throws {
    golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: URL(filePath: Self.folder + "/golden.json")))
    tensors = try TensorFile(path: Self.folder + "/golden.safetensors")
    let inversions =
      try TextualInversion.read(path: Self.folder + "/learned_embeds.bin")
      + TextualInversion.read(path: Self.folder + "/my-style.pt")
      + TextualInversion.read(path: Self.folder + "/wide.safetensors", token: "<wide>")
    encoder = try PromptEncoder(
      GoldenPipeline("sd1").folder, adapters: Adapters(textualInversions: inversions))
  }

  private func tensor(_ name: String) throws -> Tensor { try #require(try tensors.tensor(name)).float32() }

  @Test("learned words of one and of several vectors are found as diffusers finds them")
  func learnedWords() throws {
    for (index, prompt) in golden.clip.enumerated() {
      let embedding = encoder(prompt).conditioning.tokens
      expectEqual(embedding.reshaped([77, 32]), try tensor("clip.\(index)"), within: 1e-4)
    }
  }

  @Test("a learned word that does not fit is reported as a whole")
  func droppedWord() {
    // Five of its eight vectors would fit.
    #expect(encoder(String(repeating: "dog ", count: 70) + "<wide>").droppedText == "<wide>")
  }

  @Test("AUTOMATIC1111's notation gives the chunks, ids and weights of its rules")
  func chunks() throws {
    for (prompt, expected) in zip(golden.a1111, golden.chunks) {
      let found = encoder.tokenizer.chunks(of: prompt)
      #expect(found.map { Array($0.ids[1..<76]) } == expected.map(\.ids), "\(prompt.debugDescription)")
      for (chunk, weights) in zip(found, expected.map(\.weights)) {
        #expect(chunk.ids.count == 77 && chunk.weights.count == 77)
        let largest = zip(chunk.weights[1..<76], weights).map { abs($0 - $1) }.max() ?? 1
        #expect(largest < 1e-6, "\(prompt.debugDescription)")
      }
    }
  }

  @Test("weighted chunks give the embeddings of AUTOMATIC1111's rules")
  func emphasis() throws {
    for (index, prompt) in golden.a1111.enumerated() {
      let embedding = encoder(prompt, reading: PromptReading(syntax: .a1111)).conditioning.tokens
      let count = embedding.shape[1] / 77
      #expect(count == golden.chunks[index].count)
      let tokens = embedding.reshaped([77 * count, 32])
      let rows = (0..<count).flatMap { chunk in [0, 1, 5, 9, 40, 75, 76].map { 77 * chunk + $0 } }
      let found = Tensor.batch(rows.map { tokens.images($0..<$0 + 1) })
      expectEqual(found, try tensor("a1111.\(index)"), relativeL2: 1e-4)
    }
  }

  @Test("CLIP's own way reads brackets as text, and a plain prompt is the same both ways")
  func clipIsUnchanged() throws {
    let text = "a (red:1.3) dog [small]"
    let ids = encoder.tokenizer.encode(text).ids
    #expect(encoder(text).conditioning.tokens.values == encoder.textEncoder(ids).values)
    #expect(
      encoder(text).conditioning.tokens.values
        != encoder(text, reading: PromptReading(syntax: .a1111)).conditioning.tokens.values
    )
    let plain = "a photograph of a dog"
    #expect(
      encoder(plain).conditioning.tokens.values
        == encoder(plain, reading: PromptReading(syntax: .a1111)).conditioning.tokens.values)
  }

  @Test(
    "skipping layers gives what transformers computes: the layer before, and the norm", arguments: [2, 3])
  func clipSkip(clipSkip: Int) throws {
    let embedding = encoder("a dog", reading: PromptReading(clipSkip: clipSkip)).conditioning.tokens
    // diffusers counts the layers that are left out.
    expectEqual(embedding.reshaped([77, 32]).images(0..<8), try tensor("skip.\(clipSkip - 1)"), within: 1e-4)
  }

  @Test("a shorter prompt is filled up with empty chunks")
  func padded() throws {
    let reading = PromptReading(syntax: .a1111)
    let short = encoder("a dog", reading: reading).conditioning
    let long = encoder("a BREAK b BREAK c", reading: reading).conditioning
    let both = encoder.padded([short, long], reading: reading).map(\.tokens)
    #expect(both.map(\.shape) == [[1, 231, 32], [1, 231, 32]])
    let empty = encoder("", reading: reading).conditioning.tokens.values
    #expect(both[0].values == short.tokens.values + empty + empty)
    #expect(both[1].values == long.tokens.values)
  }

  @Test("files of learned words that do not do are refused with one sentence")
  func refusals() throws {
    let model = try GoldenPipeline("sd1").folder
    func sentence(_ tensors: [(String, [Int])], token: String? = nil, name: String = "style.safetensors")
      throws -> String
    {
      let file = try TemporaryFile(
        safetensors(tensors.map { ($0.0, Tensor(shape: $0.1, repeating: 0.5)) }), name: name)
      return try loraSentence {
        let words = try TextualInversion.read(path: file.path, token: token)
        return try PromptEncoder(model, adapters: Adapters(textualInversions: words + words))
      }
    }
    #expect(
      try sentence([("<x>", [768])]).contains(
        "the embedding of <x> is 768 wide, and this model's are 32 wide"))
    #expect(try sentence([("<x>", [76, 32])]).contains("stands for 76 vectors, and a prompt holds 75"))
    #expect(
      try sentence([("clip_l", [1, 768]), ("clip_g", [1, 1280])]).contains("for Stable Diffusion XL"))
    #expect(
      try sentence([("x", [2, 2, 32])]).contains(
        "is no textual inversion: its tensor x has the shape [2, 2, 32]"))
    #expect(try sentence([]).contains("holds no embedding"))
    #expect(try sentence([("<x>", [0])]).contains("has the shape [0]"))
    #expect(
      try sentence([("a", [32]), ("b", [32])], token: "c").contains("holds 2 words, so that c cannot stand"))
    #expect(try sentence([("emb_params", [32])], name: " .safetensors").contains("names no word"))
    #expect(try sentence([("<x>", [32])]).contains("The word <x> has two embeddings"))
  }

  @Test("the word of a file is its key, its name, or the one that was given")
  func tokens() throws {
    #expect(
      try TextualInversion.read(path: Self.folder + "/learned_embeds.bin").map(\.token) == ["<cat-toy>"])
    #expect(try TextualInversion.read(path: Self.folder + "/my-style.pt").map(\.token) == ["my-style"])
    #expect(try TextualInversion.read(path: Self.folder + "/wide.safetensors").map(\.token) == ["wide"])
    #expect(try TextualInversion.read(path: Self.folder + "/my-style.pt", token: "x").map(\.token) == ["x"])
  }

  @Test(
    "the real learned word of cloneofsimo's repository is read",
    .enabled(if: FileManager.default.fileExists(atPath: realFile), "../shared/data is not there"))
  func realWord() throws {
    #expect(try TextualInversion.read(path: realFile).map(\.token) == ["<birb-style>"])
  }
}
