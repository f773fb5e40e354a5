/// One amount of noise: the timestep that the network is told, and what is left of the picture there.
public struct NoiseLevel: Sendable, Hashable {
  /// Counts from 0, the cleanest level of the training.
  public let timestep: Int
  /// abar: noisy latents are sqrt(abar) * clean + sqrt(1 - abar) * noise.
  public let alphaBar: Double

  public init(timestep: Int, alphaBar: Double) {
    self.timestep = timestep
    self.alphaBar = alphaBar
  }
}

/// The noise levels that a result passes through, from the noisiest to the cleanest, and where it ends.
public struct NoiseLevels: Sendable, Hashable {
  /// From the noisiest to the cleanest; the network is evaluated once at each. Empty where nothing is left to do: a picture that is
  /// to keep all of itself.
  public let levels: [NoiseLevel]
  /// abar of the result, after the last level: 1 is free of noise.
  public let finalAlphaBar: Double

  public init(_ levels: [NoiseLevel], finalAlphaBar: Double) {
    self.levels = levels
    self.finalAlphaBar = finalAlphaBar
  }

  public var count: Int { levels.count }

  /// abar of the latents that the step at `levels[index]` leaves behind.
  public func alphaBar(after index: Int) -> Double {
    index + 1 < levels.count ? levels[index + 1].alphaBar : finalAlphaBar
  }
}
