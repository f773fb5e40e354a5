import StableDiffusion
import Tensors
import Walks

/// The conditionings of the key frames of a recipe.
struct KeyFrameText {
  /// What was cut from prompts that are too long.
  let droppedTexts: [String]
  /// One for each key frame, all of one length; behind them the directions into which the walk leads, if there are any.
  private let conditional: [Conditioning]
  private let keyFrameCount: Int
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
    let padded = encoder.padded(subjects, reading: reading)
    conditional = padded + Self.directions(recipe, like: padded[0])
    keyFrameCount = keyFrames.count
    let negativePrompts = keyFrames.map(\.negativePrompt)
    unconditional =
      Set(negativePrompts).count == 1
      ? [conditioning(negativePrompts[0])]
      : encoder.padded(negativePrompts.map(conditioning), reading: reading)
    scales = keyFrames.map(\.guidance)
    droppedTexts = dropped
  }

  /// Random directions of a drift's embedding, normally distributed.
  private static func directions(_ recipe: Recipe, like conditioning: Conditioning) -> [Conditioning] {
    let (count, shape) = (recipe.walk.directionCount, conditioning.tokens.shape)
    guard count > 0 else { return [] }
    // Draw 0 of the seed is the noise's.
    let draws = recipe.settings.rng.normals(
      seed: recipe.walk.keyFrames[0].seed, draws: 1..<count + 1, height: shape[1], width: 1,
      channels: shape[2])
    return draws.map { Conditioning(tokens: $0.reshaped(shape)) }
  }

  /// The conditioning of a key frame.
  func conditioning(ofKeyFrame index: Int) -> Conditioning { conditional[index] }

  /// The guidance of frames at these points: conditioning, negative prompt and scale are combined with the same
  /// weights.
  func guidance(at points: [Mixture]) -> Guidance {
    Guidance(
      conditional: points.map(conditioning),
      unconditional: points.map {
        unconditional.count == 1
          ? unconditional[0]
          : Conditioning.combined(unconditional, weights: Array($0.weights.prefix(keyFrameCount)))
      },
      scales: points.map { Float(guidanceScale(at: $0)) })
  }

  private func conditioning(_ mixture: Mixture) -> Conditioning {
    func combined(_ sum: LinearCombination) -> Conditioning {
      Conditioning.combined(conditional, weights: sum.weights, offset: sum.offset)
    }
    return switch mixture {
    case .sum(let sum): combined(sum)
    case .arc(let from, let to, let fraction): .slerp(combined(from), combined(to), fraction)
    }
  }

  func guidanceScale(at point: Mixture) -> Double {
    Set(scales).count == 1 ? scales[0] : zip(scales, point.weights).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
