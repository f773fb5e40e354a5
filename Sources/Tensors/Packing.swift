/// How 3x3 convolutions are computed.
public enum ConvolutionAlgorithm: String, Codable, Sendable, CaseIterable {
  /// With Winograd's minimal filtering where the picture is large enough: a quarter of the multiplications, and two
  /// digits less than float32 has (a relative error of some 1.5e-6 a layer). Lavin & Gray, arXiv 1509.09308.
  case winograd
  /// Multiplication by multiplication: slower, and exact to float32's last digits.
  case direct
}

/// How weights are packed, which decides the arithmetic of a layer. It is chosen once, when weights are packed, and
/// stays with them.
///
///     let packing = Packing(convolution: .direct)
public struct Packing: Sendable, Hashable, Codable {
  public var convolution: ConvolutionAlgorithm

  public init(convolution: ConvolutionAlgorithm = .winograd) {
    self.convolution = convolution
  }
}
