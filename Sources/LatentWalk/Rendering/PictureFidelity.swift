import Foundation
import Media
import Walks

/// How well a key frame shows the picture that it is made from, as peak signal-to-noise ratios in dB: 10 log10(255^2 / mean
/// squared error); infinite where both are the same.
public struct PictureFidelity: Sendable, Hashable {
  public let keyFrame: Int
  /// The picture's file, as the recipe names it.
  public let path: String
  /// The frame against the picture, in the recipe's size.
  public let ofFrame: Double
  /// What the autoencoder makes of the picture against the picture itself: no frame can be much better.
  public let ofAutoencoder: Double
  /// The frame against what the autoencoder makes of the picture: what the way into noise and back loses.
  public let ofInversion: Double
}

extension Renderer {
  /// The key frames that are pictures, and the frame that shows each; those that no frame shows as they are are left
  /// out.
  public var pictureFrames: [(keyFrame: Int, frame: Int)] {
    let frames = 0..<recipe.walk.timing.frameCount
    // The picture of `denoise` is there again after its way into noise and out of it.
    if recipe.walk.kind == .denoise { return pictureLatents.isEmpty ? [] : [(0, frames.count - 1)] }
    return pictureLatents.keys.sorted().compactMap { keyFrame in
      let position = Position(leg: keyFrame, fraction: 0)
      return frames.first { route.position(of: $0) == position }.map { (keyFrame, $0) }
    }
  }

  /// How well a frame shows the picture of a key frame.
  /// - Parameter models: finds the picture's file.
  /// - Throws: `ModelStoreError` or `MediaError` if the file is no longer there.
  public func fidelity(
    of frame: Picture, toKeyFrame index: Int, in models: ModelStore
  ) throws -> PictureFidelity? {
    guard let latents = pictureLatents[index], let file = recipe.walk.keyFrames[index].picture else {
      return nil
    }
    let path = try models.path(of: file, field: "walk.keyFrames[\(index)].picture")
    let original = try Picture(file: path).fitted(
      width: recipe.settings.width, height: recipe.settings.height)
    let roundTrip = picture(latents)
    return PictureFidelity(
      keyFrame: index, path: file.path, ofFrame: frame.psnr(to: original),
      ofAutoencoder: roundTrip.psnr(to: original), ofInversion: frame.psnr(to: roundTrip))
  }
}

extension Picture {
  /// The peak signal-to-noise ratio between two pictures of one size, in dB.
  package func psnr(to other: Picture) -> Double {
    precondition(width == other.width && height == other.height, "Pictures of one size are compared.")
    let sum = zip(pixels, other.pixels).reduce(into: 0) { sum, pair in
      let difference = Int(pair.0) - Int(pair.1)
      sum += difference * difference
    }
    return 10 * log10(255 * 255 * Double(pixels.count) / Double(sum))
  }
}
