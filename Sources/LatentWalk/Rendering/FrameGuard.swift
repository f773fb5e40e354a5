import Media
import Tensors

/// Looks at frames while they are made: what is broken is reported at once.
///
///     let picture = Picture(width: 2, height: 1, pixels: [9, 9, 9, 9, 9, 9])
///     let latents = Tensor(shape: [1, 1, 1, 4], repeating: 0)
///     FrameGuard().problem(ofFrame: 7, picture, latents: latents)?.description   // "Frame 7 is black. ..."
public struct FrameGuard: Sendable {
  public init() {}

  /// What is wrong with a frame; nil if nothing is.
  /// - Parameter latents: before the autoencoder.
  public func problem(ofFrame frame: Int, _ picture: Picture, latents: Tensor) -> FrameProblem? {
    guard latents.values.allSatisfy(\.isFinite) else { return FrameProblem(frame: frame, kind: .notFinite) }
    let colours = OklabPyramid(picture)
    return colours.isFlat ? FrameProblem(frame: frame, kind: colours.isBlack ? .black : .flat) : nil
  }
}

/// What is wrong with a frame, and what to do.
public struct FrameProblem: Sendable, Hashable, CustomStringConvertible {
  public enum Kind: Sendable, Hashable {
    /// Its latents have NaN or infinite numbers.
    case notFinite
    case black
    /// Of one colour.
    case flat
  }

  public let frame: Int
  public let kind: Kind

  public var description: String {
    switch kind {
    case .notFinite:
      "Frame \(frame) has latents with NaN or infinity. Choose a guidance nearer to 7.5 or another sampler; if all frames "
        + "are so, the model's file is damaged."
    case .black: "Frame \(frame) is black. \(advice)"
    case .flat: "Frame \(frame) is of one colour. \(advice)"
    }
  }

  private var advice: String { "Choose another seed, more steps, or a guidance nearer to 7.5." }
}
