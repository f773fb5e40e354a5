import StableDiffusion
import Tensors
import Walks

/// The conditionings of the key frames of a recipe.
struct KeyFrameText {
  /// What was cut from prompts that are too long.
  let droppedTexts: [String]
  /// One for each key frame, all of one length.
  private let conditional: [Conditioning]
  /// Of the negative prompts, one for each key frame, all of one length; a single one if all key frames have the same.
  private let unconditional: [Conditioning]
  private let scales: [Double]

  init(_ recipe: Recipe, _ inputs: RecipeInputs, _ encoder: PromptEncoder) throws {
    let (keyFrames, reading) = (recipe.walk.keyFrames, recipe.settings.promptReading)
    var (encoded, dropped) = ([String: Conditioning](), [String]())
    func conditioning(_ prompt: String) -> Conditioning {
      if let known = encoded[prompt] { return known }
      let (conditioning, droppedText) = encoder(prompt, reading: reading)
      if let droppedText { dropped.append(droppedText) }
      encoded[prompt] = conditioning
      return conditioning
    }
    let subjects = keyFrames.map { keyFrame in
      keyFrame.embedding.flatMap { inputs.embeddings[$0] }.map(Conditioning.init)
        ?? conditioning(keyFrame.prompt ?? "")
    }
    conditional = encoder.padded(subjects, reading: reading)
    let negativePrompts = keyFrames.map(\.negativePrompt)
    unconditional =
      Set(negativePrompts).count == 1
      ? [conditioning(negativePrompts[0])]
      : encoder.padded(negativePrompts.map(conditioning), reading: reading)
    scales = keyFrames.map(\.guidance)
    droppedTexts = dropped
  }

  /// The guidance of frames at these points: conditioning, negative prompt and scale are combined with the same
  /// weights.
  func guidance(at points: [LinearCombination]) -> Guidance {
    Guidance(
      conditional: points.map { Conditioning.combined(conditional, weights: $0.weights, offset: $0.offset) },
      unconditional: points.map {
        unconditional.count == 1
          ? unconditional[0] : Conditioning.combined(unconditional, weights: $0.weights)
      },
      scales: points.map { Float(guidanceScale(at: $0)) })
  }

  func guidanceScale(at point: LinearCombination) -> Double {
    Set(scales).count == 1 ? scales[0] : zip(scales, point.weights).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
