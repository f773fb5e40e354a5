/// The settings that the first Stable Diffusion's programs keep in a `.yaml` file beside a checkpoint, as far as they
/// say what shapes do not: `v2-inference-v.yaml` says `parameterization: "v"`.
///
/// Read is the small part of YAML that these files use: names with values, deeper ones indented.
struct LDMConfiguration {
  let path: String
  /// Values by the names that lead to them, joined by dots.
  private let values: [String: String]

  /// The file beside a checkpoint that is called like it; nil where there is none.
  init?(beside checkpoint: String) throws {
    guard let path = SingleFile.settingsPath(beside: checkpoint) else { return nil }
    self.path = path
    let text = String(decoding: try CheckpointFile.bytes(of: path, limit: 1 << 20), as: UTF8.self)
    var values: [String: String] = [:]
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
    self.values = values
  }

  private func parameter(_ name: String) -> String? { values["model.params.\(name)"] }

  /// `v_prediction` or `epsilon`.
  func prediction() throws -> String? {
    switch parameter("parameterization") {
    case nil: return nil
    case "v": return "v_prediction"
    case "eps": return "epsilon"
    case .some(let other):
      throw CheckpointError.unexpectedField(
        path: path, field: "parameterization", found: "\"\(other)\"", expected: "\"v\" or \"eps\"")
    }
  }

  /// Pixels of the latents in each direction.
  var latentSize: Int? { parameter("image_size").flatMap { Int($0) } }
  var heads: Int? {
    parameter("unet_config.params.num_heads").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
  }
  var headWidth: Int? {
    parameter("unet_config.params.num_head_channels").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
  }
  var scale: Double? { parameter("scale_factor").flatMap { Double($0) } }
  var betaStart: Double? { parameter("linear_start").flatMap { Double($0) } }
  var betaEnd: Double? { parameter("linear_end").flatMap { Double($0) } }
}
