import Sampling
import StableDiffusion
import Synchronization
import Tensors
import Walks

/// What frames are made from and is computed once for all of them.
public enum Preparation: Sendable, Hashable {
  /// The noise that gives a key frame's picture.
  case inversion(keyFrame: Int)
  /// A point of the way whose latents others begin with or are mixed from; sampled as they are.
  case parent(Position, Recipe.Sampling)
}

/// A step of a preparation.
public struct PreparationStep: Sendable {
  public let preparation: Preparation
  /// The steps that are taken, 1 ... count.
  public let taken: Int
  public let count: Int
  /// UNet evaluations that the step took.
  public let evaluations: Int
}

/// The latents that preparations have found, by what they are of and how many steps they have taken.
final class PreparedLatents: Sendable {
  private struct Key: Hashable {
    let preparation: Preparation
    let steps: Int
  }

  private let latents = Mutex<[Key: Tensor]>([:])

  subscript(preparation: Preparation, after steps: Int) -> Tensor? {
    get { latents.withLock { $0[Key(preparation: preparation, steps: steps)] } }
    set { latents.withLock { $0[Key(preparation: preparation, steps: steps)] = newValue } }
  }
}

extension Renderer {
  /// What is still missing for a frame: the pictures that its noise comes from, and the latents of its parents.
  func missingPreparations(for plan: FramePlan) -> [(preparation: Preparation, steps: Int)] {
    let ends = plan.parents.map { [$0.from, $0.to] } ?? []
    let inversions = ([plan.position] + ends).flatMap { position in
      noiseIndices(at: position).compactMap { index -> (Preparation, Int)? in
        guard case .inversion(let keyFrame) = noiseSources[index] else { return nil }
        return (.inversion(keyFrame: keyFrame), noise.schedule(route.walk.keyFrames[keyFrame].sampling).count)
      }
    }
    let parents = plan.start > 0 ? ends.map { (Preparation.parent($0, plan.sampling), plan.start) } : []
    return (inversions + parents).filter { prepared[$0.0, after: $0.1] == nil }
  }

  /// The noises that take part in a point.
  private func noiseIndices(at position: Position) -> [Int] {
    let terms: [LinearCombination] =
      switch route.point(at: position).noise {
      case .sum(let sum): [sum]
      case .arc(let from, let to, _): [from, to]
      }
    return noiseSources.indices.filter { index in terms.contains { $0.weights[index] != 0 } }
  }

  /// The steps of a preparation, with the latents after each.
  func steps(
    of preparation: Preparation, _ cancellation: Cancellation
  ) throws -> AnyIterator<(taken: Int, count: Int, latents: Tensor)> {
    switch preparation {
    case .inversion(let index):
      let keyFrame = route.walk.keyFrames[index]
      guard let latents = pictureLatents[index] else {
        preconditionFailure("A key frame with a picture has its latents.")
      }
      var inversion = try model.pipeline.inversion(
        latents, [text.conditioning(ofKeyFrame: index)], through: noise.schedule(keyFrame.sampling),
        cancellation: cancellation)
      return AnyIterator { inversion.next().map { ($0.index + 1, $0.count, $0.latents) } }
    case .parent(let position, let sampling):
      var denoising = try model.pipeline.denoising(
        initialLatents(at: position), guidedBy: text.guidance(at: [route.point(at: position).conditioning]),
        through: noise.schedule(sampling), stepNoises: noise.steps[sampling] ?? [], cancellation: cancellation
      )
      return AnyIterator { denoising.next().map { ($0.index + 1, $0.count, $0.latents) } }
    }
  }

  /// The noise of a point, [1, h, w, channels]. What it is inverted from is prepared.
  func initialLatents(at position: Position) -> Tensor {
    func noise(_ index: Int) -> Tensor {
      if let drawn = self.noise.initial[index] { return drawn }
      guard case .inversion(let keyFrame) = noiseSources[index],
        let inverted = prepared[
          .inversion(keyFrame: keyFrame),
          after: self.noise.schedule(route.walk.keyFrames[keyFrame].sampling).count]
      else { preconditionFailure("A frame's preparations are done before it is begun.") }
      return inverted
    }
    func combined(_ sum: LinearCombination) -> Tensor {
      let terms = sum.weights.indices.filter { sum.weights[$0] != 0 }
      return Tensor.combined(terms.map(noise), weights: terms.map { sum.weights[$0] })
    }
    return switch route.point(at: position).noise {
    case .sum(let sum): combined(sum)
    case .arc(let from, let to, let fraction): .slerp(combined(from), combined(to), fraction)
    }
  }
}
