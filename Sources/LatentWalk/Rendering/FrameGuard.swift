import Media
import Tensors
import Walks

/// Looks at frames while they are made: what is broken is reported at once.
///
///     let picture = Picture(width: 2, height: 1, pixels: [9, 9, 9, 9, 9, 9])
///     let latents = Tensor(shape: [1, 1, 1, 4], repeating: 0)
///     var frames = FrameGuard()
///     frames.problem(ofFrame: 7, picture, latents: latents)?.description   // "Frame 7 is black. ..."
public struct FrameGuard: Sendable {
  /// The last frames as the distance of pictures sees them, in their order.
  private var recent: [(frame: Int, colours: OklabPyramid)] = []
  /// How much further from both neighbours than they are from each other.
  private static let farness = 3.0

  public init() {}

  /// What is wrong with a frame, or with the one before it, whose neighbours are both known now; nil if nothing is.
  /// - Parameter latents: before the autoencoder.
  public mutating func problem(ofFrame frame: Int, _ picture: Picture, latents: Tensor) -> FrameProblem? {
    guard latents.values.allSatisfy(\.isFinite) else { return FrameProblem(frame: frame, kind: .notFinite) }
    let colours = OklabPyramid(picture)
    recent = recent.suffix(2) + [(frame, colours)]
    if colours.isFlat { return FrameProblem(frame: frame, kind: colours.isBlack ? .black : .flat) }
    return isStray ? FrameProblem(frame: frame - 1, kind: .stray) : nil
  }

  /// Whether the middle one of three frames in a row is alone.
  private var isStray: Bool {
    guard recent.count == 3, recent[1].frame == recent[0].frame + 1, recent[2].frame == recent[1].frame + 1
    else { return false }
    let (before, middle, after) = (recent[0].colours, recent[1].colours, recent[2].colours)
    let distance = min(before.distance(to: middle), middle.distance(to: after))
    return distance > ChangeThresholds.oklab.cut && distance > Self.farness * before.distance(to: after)
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
    /// Far from both neighbours, which are near each other.
    case stray
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
    case .stray:
      "Frame \(frame) is far from both of its neighbours, which are near each other. Choose another seed, or more frames."
    }
  }

  private var advice: String { "Choose another seed, more steps, or a guidance nearer to 7.5." }
}
