/// The settings that the first Stable Diffusion's programs keep in a `.yaml` file beside a checkpoint, as far as they
/// say what shapes do not: `v2-inference-v.yaml` says `parameterization: "v"`. Nil where the file does not say it.
struct LDMConfiguration {
  /// `v_prediction` or `epsilon`.
  let prediction: String?
  /// Height and width of the latents.
  let latentSize: Int?
  /// Of each attention; either the number of heads or the channels of one.
  let heads, headWidth: Int?
  /// The scale of the latents.
  let scale: Double?
  let betaStart, betaEnd: Double?

  /// The file beside a checkpoint that is called like it; nil where there is none.
  /// - Throws: `CheckpointError` with the file's path for a value that is not supported.
  init?(beside checkpoint: String) throws {
    guard let path = SingleFile.settingsPath(beside: checkpoint) else { return nil }
    let settings = try YAMLSettings(path: path)
    prediction = try settings.value("parameterization", "\"v\" or \"eps\"") {
      ["v": "v_prediction", "eps": "epsilon"][$0]
    }
    latentSize = try settings.value("image_size", "1 to 4096") {
      Int($0).flatMap { 1...4096 ~= $0 ? $0 : nil }
    }
    // -1 is written where the other one decides.
    heads = try settings.value("unet_config.params.num_heads", "a number") { Int($0) }.flatMap {
      $0 > 0 ? $0 : nil
    }
    headWidth = try settings.value("unet_config.params.num_head_channels", "a number") { Int($0) }
      .flatMap { $0 > 0 ? $0 : nil }
    scale = try settings.number("scale_factor", in: 1e-6...1e6)
    betaStart = try settings.number("linear_start", in: 0...0.999)
    betaEnd = try settings.number("linear_end", in: 0...0.999)
  }
}

/// The small part of YAML that these files use: names with values, deeper ones indented.
private struct YAMLSettings {
  let path: String
  /// Values by the names that lead to them, joined by dots.
  private var values: [String: String] = [:]

  init(path: String) throws {
    self.path = path
    let text = String(decoding: try CheckpointFile.bytes(of: path, limit: 1 << 20), as: UTF8.self)
    var names: [(indent: Int, name: Substring)] = []
    for line in text.split(whereSeparator: \.isNewline) {
      let indent = line.prefix { $0 == " " }.count
      let content = line.dropFirst(indent).prefix { $0 != "#" }
      guard let colon = content.firstIndex(of: ":") else { continue }
      while let last = names.last, last.indent >= indent { names.removeLast() }
      guard names.count < 32 else { continue }
      names.append((indent, content[..<colon]))
      let value = content[content.index(after: colon)...].filter { !" \"'\r".contains($0) }
      if !value.isEmpty { values[names.map { String($0.name) }.joined(separator: ".")] = value }
    }
  }

  /// The value of a parameter of the model; nil where the file does not give it.
  /// - Parameter expected: what `convert` accepts, in words for the user.
  func value<Value>(_ name: String, _ expected: String, _ convert: (String) -> Value?) throws -> Value? {
    guard let text = values["model.params.\(name)"] else { return nil }
    guard let value = convert(text) else {
      throw CheckpointError.unexpectedField(
        path: path, field: name.split(separator: ".").last.map(String.init) ?? name, found: "\"\(text)\"",
        expected: expected)
    }
    return value
  }

  func number(_ name: String, in range: ClosedRange<Double>) throws -> Double? {
    try value(name, "\(range.lowerBound) to \(range.upperBound)") { text in
      Double(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }
}
