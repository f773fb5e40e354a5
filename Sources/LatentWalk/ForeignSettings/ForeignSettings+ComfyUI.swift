import Sampling

extension ForeignSettings {
  /// Reads the graph that ComfyUI writes under the keyword `prompt`: what leads to its sampler.
  ///
  /// - Throws: `ForeignSettingsError` if the text is no graph, or one whose links lead nowhere or in a circle.
  public init(comfyUI text: String) throws(ForeignSettingsError) {
    self.init(program: "ComfyUI", rng: .pytorch)
    try Self.requireLength(text, program)
    var reader = ComfyReader(graph: try ComfyGraph(text), settings: self)
    self = try reader.read()
  }
}

/// Follows the links of a graph from its sampler to its models, prompts and latents.
struct ComfyReader {
  let graph: ComfyGraph
  var settings: ForeignSettings
  /// Nodes that are understood, or that a sentence names.
  var visited: Set<String> = []

  init(graph: ComfyGraph, settings: ForeignSettings) {
    self.graph = graph
    self.settings = settings
  }

  mutating func read() throws(ForeignSettingsError) -> ForeignSettings {
    let sampler = try firstSampler()
    visited.insert(sampler.id)
    try readLatents(sampler)
    try readNumbers(sampler)
    try readPrompts(sampler)
    try readModel(sampler)
    try readAutoencoder(sampler)
    noteOthers()
    return settings
  }

  /// The sampler on whose latents no other one has worked.
  private mutating func firstSampler() throws(ForeignSettingsError) -> ComfyGraph.Node {
    let samplers = graph.ordered.filter { ["KSampler", "KSamplerAdvanced"].contains($0.kind) }
    guard samplers.count <= 100 else { throw .comfyUI("the graph has \(samplers.count) samplers") }
    let others = Set(samplers.map(\.id))
    let first = samplers.first { sampler in
      guard case .link(let latents, _) = sampler.inputs["latent_image"] else { return true }
      return graph.ancestors(of: [latents]).isDisjoint(with: others)
    }
    guard let first else {
      if let sampler = samplers.first { throw .cycle(sampler) }
      let other = graph.ordered.first { $0.kind.contains("Sampler") }
      throw .comfyUI(
        other.map { "it samples with the \($0.name), and only KSampler and KSamplerAdvanced are known" }
          ?? "the graph has no KSampler")
    }
    if samplers.count > 1 {
      settings.note(
        "The graph has \(samplers.count) samplers; LatentWalk renders the first pass, \(first.name), alone.")
    }
    return first
  }

  /// The node behind an input that cannot be missing.
  func required(_ node: ComfyGraph.Node, _ input: String) throws(ForeignSettingsError) -> ComfyGraph.Node {
    guard let target = try graph.target(of: node, input) else {
      throw .comfyUI("the \(node.name) has no link at its input \(input)")
    }
    return target
  }

  func text(_ node: ComfyGraph.Node, _ input: String) throws(ForeignSettingsError) -> String? {
    guard case .text(let text) = try graph.value(of: node, input) else { return nil }
    return text
  }

  /// A finite number; one that is missing or of another kind is left out, with a sentence.
  mutating func number(_ node: ComfyGraph.Node, _ input: String) throws(ForeignSettingsError) -> Double? {
    switch try graph.value(of: node, input) {
    case .integer(let number): return Double(number)
    case .number(let number) where number.isFinite: return number
    default:
      settings.note(
        "The input \(input) of the \(node.name) is left out: the graph has no number for it.")
      return nil
    }
  }

  mutating func integer(_ node: ComfyGraph.Node, _ input: String) throws(ForeignSettingsError) -> Int? {
    guard let number = try number(node, input) else { return nil }
    if let number = Int(exactly: number.rounded(.down)) { return number }
    settings.note("The input \(input) of the \(node.name) is left out: \(number) is too large.")
    return nil
  }

  /// Numbers between two nodes that lead to each other would never end.
  mutating func visit(_ node: ComfyGraph.Node, _ path: inout Set<String>) throws(ForeignSettingsError) {
    guard path.insert(node.id).inserted else { throw .cycle(node) }
    visited.insert(node.id)
  }

  private mutating func readNumbers(_ sampler: ComfyGraph.Node) throws(ForeignSettingsError) {
    let isAdvanced = sampler.kind == "KSamplerAdvanced"
    settings.guidance = try number(sampler, "cfg")
    let seed = isAdvanced ? "noise_seed" : "seed"
    if case .integer(let number) = try graph.value(of: sampler, seed) {
      settings.seed = number
    } else {
      settings.note("The seed is left out: the graph has no whole number for it.")
    }
    settings.steps = try integer(sampler, "steps")
    if let steps = settings.steps, !(1...10_000 ~= steps) {
      settings.note("\(steps) steps are left out; ComfyUI takes 1 to 10000.")
      settings.steps = nil
    }
    if isAdvanced { try readRange(sampler) } else { try readDenoise(sampler) }
    try readSampler(sampler)
  }

  /// With `denoise` below 1 ComfyUI makes all steps, the last of int(steps / denoise).
  private mutating func readDenoise(_ sampler: ComfyGraph.Node) throws(ForeignSettingsError) {
    guard let steps = settings.steps, sampler.inputs["denoise"] != nil,
      let denoise = try number(sampler, "denoise")
    else { return begin(at: 1) }
    guard 0.0001...1 ~= denoise else {
      settings.note("A denoise of \(denoise) is left out; LatentWalk takes 0.0001 to 1 of it.")
      return begin(at: 1)
    }
    let all = denoise > 0.9999 ? steps : Int(Double(steps) / denoise)
    settings.steps = all
    begin(at: ForeignSettings.strength(making: steps, of: all))
  }

  /// KSamplerAdvanced makes some of the steps.
  private mutating func readRange(_ sampler: ComfyGraph.Node) throws(ForeignSettingsError) {
    let first = try integer(sampler, "start_at_step") ?? 0
    let end = try integer(sampler, "end_at_step") ?? .max
    if case .text("disable") = try graph.value(of: sampler, "add_noise") {
      settings.note("The \(sampler.name) adds no noise to its latents; LatentWalk adds it.")
    }
    if case .text("enable") = try graph.value(of: sampler, "return_with_leftover_noise") {
      settings.note("The \(sampler.name) leaves noise for another sampler; LatentWalk leaves none.")
    }
    guard let steps = settings.steps else { return begin(at: 1) }
    if end < steps {
      settings.note("The \(sampler.name) stops at step \(end) of \(steps); LatentWalk makes all steps.")
    }
    begin(at: ForeignSettings.strength(making: max(0, min(steps, steps - max(0, first))), of: steps))
  }

  /// How far up the noise goes, for a picture to begin with.
  private mutating func begin(at strength: Double) {
    if let start = settings.start {
      settings.start = ForeignSettings.Start(pictureName: start.pictureName, strength: strength)
      settings.note(
        "With a start picture LatentWalk draws the noise in another order, so the picture differs."
      )
    } else if strength < 1 {
      settings.note(
        "Steps are left out at the beginning, though it has no picture to begin with; LatentWalk makes all of them."
      )
    }
  }

  private mutating func readSampler(_ node: ComfyGraph.Node) throws(ForeignSettingsError) {
    let name = try text(node, "sampler_name") ?? ""
    let scheduler = try text(node, "scheduler") ?? ""
    guard let match = ComfySamplers.sampler(name) else {
      return settings.note("The sampler \"\(shortened(name))\" is not in LatentWalk; choose one of its own.")
    }
    guard let levels = ComfySamplers.levels(scheduler) else {
      settings.sampler = match.sampler
      return settings.note(
        "The scheduler \"\(shortened(scheduler))\" is not in LatentWalk; choose a schedule of its own.")
    }
    settings.take(
      match, levels, named: "\(name), scheduler \(scheduler),", beginsBelowOne: false,
      networkSeesFractions: false)
  }

  /// Nodes beside the way from the models to the sampler, such as those that work on the finished picture.
  private mutating func noteOthers() {
    let silent: Set = ["SaveImage", "PreviewImage", "Note", "MarkdownNote", "Reroute", "PrimitiveNode"]
    let others = graph.ordered.filter { !visited.contains($0.id) && !silent.contains($0.kind) }
      .filter { !$0.kind.hasPrefix("Primitive") }
    guard !others.isEmpty else { return }
    let names = others.prefix(12).map { shortened($0.kind) }.joined(separator: ", ")
    let more = others.count > 12 ? " and \(others.count - 12) more" : ""
    settings.note("These nodes are left out: \(names)\(more).")
  }
}
