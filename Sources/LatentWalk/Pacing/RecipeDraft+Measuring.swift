/// What has to be measured before the frames of a draft's recipe are rendered.
extension RecipeDraft {
  /// For an even pace, the share of frames that is rendered beyond those of the walk; nil for none. Bridges need it to
  /// find the jumps.
  public var measuredExtra: Double? {
    guard ![.image, .denoise].contains(kind) else { return nil }
    return smoothing.even ?? (smoothing.bridging == nil ? nil : Smoothing.defaultEven)
  }

  /// Whether the radius of a loop is found by measuring.
  public var findsRadius: Bool { kind == .loop && radius == nil }
}
