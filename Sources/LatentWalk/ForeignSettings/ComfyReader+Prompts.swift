import StableDiffusion

/// The prompts of a graph: from the sampler's conditioning to the nodes that hold texts.
extension ComfyReader {
  mutating func readPrompts(_ sampler: ComfyGraph.Node) throws(ForeignSettingsError) {
    let positive = try encoder(of: sampler, "positive")
    let negative = try encoder(of: sampler, "negative")
    settings.prompt = try prompt(of: positive)
    settings.negativePrompt = try prompt(of: negative)
    let layers = try (clipSkip(of: positive), clipSkip(of: negative))
    settings.clipSkip = layers.0
    if negative != nil, layers.0 != layers.1 {
      settings.note(
        "Prompt and negative prompt come from different layers of the text encoder; LatentWalk takes the prompt's."
      )
    }
  }

  /// The node that encodes a prompt, nil where none can be found.
  private mutating func encoder(of sampler: ComfyGraph.Node, _ input: String) throws(ForeignSettingsError)
    -> ComfyGraph.Node?
  {
    var path: Set<String> = []
    var node = try required(sampler, input)
    while true {
      try visit(node, &path)
      if node.kind == "CLIPTextEncode" { return node }
      if ["CLIPTextEncodeSDXL", "CLIPTextEncodeSDXLRefiner"].contains(node.kind) {
        settings.note(
          "The \(node.name) is for Stable Diffusion XL, whose sizes and second prompt are left out.")
        return node
      }
      if node.kind == "ConditioningZeroOut" {
        settings.note("The \(node.name) replaces a prompt by zeros; LatentWalk takes an empty prompt.")
        return nil
      }
      // Of those with an output for each of both, the link says which.
      let names = ["conditioning", input, "conditioning_1", "conditioning_to", "conditioning1", "cond"]
      guard let name = names.first(where: { if case .link = node.inputs[$0] { true } else { false } }) else {
        settings.note("The \(node.name) is not known to LatentWalk, which takes no more than a text from it.")
        return node
      }
      if node.kind.hasPrefix("ControlNet") {
        settings.note("ControlNet is left out; LatentWalk follows no second picture.")
      } else if node.kind != "Reroute" {
        settings.note("What the \(node.name) does to a prompt is left out.")
      }
      node = try required(node, name)
    }
  }

  private mutating func prompt(of encoder: ComfyGraph.Node?) throws(ForeignSettingsError) -> String? {
    guard let encoder else { return "" }
    for input in ["text", "text_g", "prompt", "positive"] {
      guard let text = try text(encoder, input) else { continue }
      markValues(encoder, input)
      return translated(text)
    }
    settings.note("The text of the \(encoder.name) is not in the graph; give the prompt yourself.")
    return nil
  }

  /// Nodes that hold a value which was read are no longer worth a sentence.
  private mutating func markValues(_ node: ComfyGraph.Node, _ input: String) {
    if case .link(let id, _) = node.inputs[input] { visited.formUnion(graph.ancestors(of: [id])) }
  }

  /// ComfyUI knows round brackets only, and learned words as `embedding:name`.
  private mutating func translated(_ text: String) -> String {
    var result = ""
    var rest = Substring(text)
    while rest.utf8.contains(UInt8(ascii: ":")), let match = rest.firstMatch(of: /embedding:([\w.\-]+)/) {
      result += rest[..<match.range.lowerBound]
      rest = rest[match.range.upperBound...]
      let word = baseName(String(match.1))
      result += word
      if settings.textualInversions.count < 100,
        !settings.textualInversions.contains(where: { $0.name == word })
      {
        settings.textualInversions.append(ForeignSettings.TextualInversion(name: word))
      }
    }
    result += rest
    let notation = PromptNotation(result)
    if notation.hasRoundBrackets {
      settings.note(
        "Brackets such as (word:1.3) weigh words a little differently here: as in AUTOMATIC1111."
      )
    }
    if notation.hasBreak {
      settings.note("BREAK is a word to ComfyUI; LatentWalk begins a new chunk of the prompt there.")
    }
    return escaped(result)
  }

  /// The same text in AUTOMATIC1111's notation, where square brackets and single backslashes mean something.
  private func escaped(_ text: String) -> String {
    guard text.contains(where: { "[]\\".contains($0) }) else { return text }
    var result = String.UnicodeScalarView()
    let scalars = Array(text.unicodeScalars)
    for (place, scalar) in scalars.enumerated() {
      let next = place + 1 < scalars.count ? scalars[place + 1] : " "
      if scalar == "[" || scalar == "]" || (scalar == "\\" && next != "(" && next != ")") {
        result.append("\\")
      }
      result.append(scalar)
    }
    return String(result)
  }

  /// How many layers from the end the text encoder stops, nil if it is not in the graph.
  private mutating func clipSkip(of encoder: ComfyGraph.Node?) throws(ForeignSettingsError) -> Int? {
    guard let encoder else { return nil }
    var path: Set<String> = [encoder.id]
    var node = encoder
    var clipSkip: Int?
    while let next = try graph.target(of: node, "clip") {
      try visit(next, &path)
      // The node nearest to the prompt decides.
      if next.kind == "CLIPSetLastLayer", clipSkip == nil, let layer = try integer(next, "stop_at_clip_layer")
      {
        clipSkip = -1_000...(-1) ~= layer ? -layer : nil
      } else if next.kind == "CLIPLoader" || next.kind == "DualCLIPLoader" {
        settings.note("The text encoder of the \(next.name) is left out; LatentWalk takes the model's own.")
      }
      node = next
    }
    return clipSkip
  }
}
