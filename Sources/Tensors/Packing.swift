/// How 3x3 convolutions are computed.
public enum ConvolutionAlgorithm: String, Codable, Sendable, CaseIterable {
  /// With Winograd's minimal filtering where the picture is large enough: a quarter of the multiplications, and two
  /// digits less than float32 has (a relative error of some 1.5e-6 a layer). Lavin & Gray, arXiv 1509.09308.
  case winograd
  /// Multiplication by multiplication: slower, and exact to float32's last digits.
  case direct
}

/// The numbers in which layers multiply. Sums, biases, norms and everything between layers are float32 in each.
public enum Precision: String, Codable, Sendable, CaseIterable {
  /// Weights in the checkpoint's precision, products in float32.
  case float32
  /// Each row of inputs and each column of weights is scaled to 16-bit integers by its norm; the sums of their products
  /// are exact. Half the time, for a relative error of 2e-4 to 1e-3 a layer.
  ///
  /// Not bfloat16, which is as fast: its error is five to ten times as large, and integers give the same bytes on every
  /// processor.
  case int16
}

/// How weights are packed, which decides the arithmetic of a layer. It is chosen once, when weights are packed, and
/// stays with them.
///
///     let packing = Packing(convolution: .direct)
///     let fast = Packing(precision: .int16)
public struct Packing: Sendable, Hashable {
  public var convolution: ConvolutionAlgorithm
  public var precision: Precision

  public init(convolution: ConvolutionAlgorithm = .winograd, precision: Precision = .float32) {
    self.convolution = convolution
    self.precision = precision
  }
}

extension Packing: Codable {
  private enum CodingKeys: String, CodingKey { case convolution, precision }

  /// Absent, the precision is float32: results of versions before 0.3 do not name it.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    convolution = try container.decode(ConvolutionAlgorithm.self, forKey: .convolution)
    precision = try container.decodeIfPresent(Precision.self, forKey: .precision) ?? .float32
  }

  /// Float32 is left out, so that recipes in float32 keep their text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(convolution, forKey: .convolution)
    if precision != .float32 { try container.encode(precision, forKey: .precision) }
  }
}
