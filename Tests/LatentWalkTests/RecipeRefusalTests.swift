import LatentWalk
import Tensors
import TestFolders
import Testing

/// Recipes that their model cannot render, each refused with a sentence.
@Suite struct RecipeRefusalTests {
  private func refusal(
    _ draft: RecipeDraft, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let error = #expect(throws: (any Error).self, sourceLocation: sourceLocation) {
      _ = try TinyModel.renderer(draft)
    }
    return error.map { "\($0)" } ?? ""
  }

  @Test("a size that is no multiple of the model's is refused, and the nearest is named")
  func size() throws {
    for (width, height, nearest) in [
      (13, 12, "14 x 12"), (14, 31, "14 x 32"), (1, 4, "2 x 4"),
    ] {
      var draft = TinyModel.draft(.image, "a dog")
      (draft.width, draft.height) = (width, height)
      let sentence = try refusal(draft)
      #expect(sentence.contains("\(width) x \(height)") && sentence.contains("multiples of 2"))
      #expect(sentence.contains(nearest))
    }
  }

  @Test("noise of another shape is refused, and both right shapes are named")
  func noiseShape() throws {
    let folder = try TemporaryFolder()
    var draft = TinyModel.draft(.image, "a dog")
    draft.noise = try folder.write("noise.npy", shape: [4, 8, 8], [Float](repeating: 0, count: 256))
    let sentence = try refusal(draft)
    for part in ["noise.npy", "[4, 8, 8]", "[4, 6, 6]", "[6, 6, 4]", "width"] {
      #expect(sentence.contains(part))
    }
  }

  @Test("an embedding of another width is refused, and the right shape is named")
  func embeddingShape() throws {
    let folder = try TemporaryFolder()
    var draft = TinyModel.draft(.image)
    let file = try folder.write("e.npy", shape: [77, 32], [Float](repeating: 0, count: 77 * 32))
    draft.keyFrames = [RecipeDraft.KeyFrame(embedding: file)]
    let sentence = try refusal(draft)
    for part in ["e.npy", "[77, 32]", "[77, 16]", "latentwalk encode"] { #expect(sentence.contains(part)) }
  }

  @Test("noise or an embedding with a number that is none is refused", arguments: [Float.nan, .infinity])
  func notFinite(value: Float) throws {
    let folder = try TemporaryFolder()
    var draft = TinyModel.draft(.image, "a dog")
    draft.noise = try folder.write(
      "noise.npy", shape: [4, 6, 6], [value] + [Float](repeating: 0, count: 143))
    #expect(try refusal(draft).contains("noise.npy"))
    draft = TinyModel.draft(.image)
    let file = try folder.write(
      "e.npy", shape: [77, 16], [value] + [Float](repeating: 0, count: 77 * 16 - 1))
    draft.keyFrames = [RecipeDraft.KeyFrame(embedding: file)]
    #expect(try refusal(draft).contains("e.npy"))
  }

  @Test(
    "a batch has no more frames than the walk and no fewer than one, and one that no memory holds is refused")
  func batches() throws {
    let draft = TinyModel.draft(.circle, "a dog")
    let frames = try TinyModel.renderer(draft, batch: 5).frames([0, 1, 2, 3, 4])
    #expect(try TinyModel.renderer(draft, batch: .max).frames([0, 1, 2, 3, 4]) == frames)
    for batch in [0, -1, Int.min] { #expect(try TinyModel.renderer(draft, batch: batch).batch == 1) }
    var large = draft
    (large.width, large.height) = (16_384, 16_384)
    let error = #expect(throws: TensorMemoryError.self) { try TinyModel.renderer(large, batch: 1000) }
    #expect(error?.description.contains("Choose a smaller size or batch") == true)
  }

  @Test("a noise file that is not there is refused by its name")
  func noNoise() throws {
    var draft = TinyModel.draft(.image, "a dog")
    draft.noise = FileRequest("/nowhere/noise.npy")
    #expect(try refusal(draft).contains("/nowhere/noise.npy"))
  }

  @Test("a seed that NumPy would not take is refused, and the largest is named")
  func seed() throws {
    var draft = TinyModel.draft(.image, "a dog")
    (draft.seed, draft.rng) = (1 << 32, .numpy)
    let sentence = try refusal(draft)
    #expect(sentence.contains("4294967296") && sentence.contains("4294967295"))
  }

  @Test("more steps than the model was trained with are refused")
  func steps() throws {
    var draft = TinyModel.draft(.image, "a dog")
    draft.steps = 1001
    #expect(try refusal(draft).contains("1 to 1000"))
  }

  @Test("prompts that do not fit into a file's recipe are refused before any work")
  func recipeTooLong() throws {
    let draft = TinyModel.draft(.image, String(repeating: "a dog ", count: 180_000))
    #expect(try refusal(draft).contains("Shorten the prompts"))
  }
}
