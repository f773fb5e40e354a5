/// The models of a graph, and the latents with which its sampler begins.
extension ComfyReader {
  /// LoRAs are added in the order from the checkpoint to the sampler.
  mutating func readModel(_ sampler: ComfyGraph.Node) throws(ForeignSettingsError) {
    var path: Set<String> = [sampler.id]
    var node = try required(sampler, "model")
    var loras: [ForeignSettings.LoRA] = []
    while true {
      try visit(node, &path)
      if node.kind == "LoraLoader" || node.kind == "LoraLoaderModelOnly" {
        if let lora = try lora(node) { loras.insert(lora, at: 0) }
      } else if let name = try modelName(node) {
        settings.modelName = baseName(name)
        if node.kind != "CheckpointLoaderSimple" && node.kind != "CheckpointLoader" {
          settings.note("What the \(node.name) does beside loading a model is left out.")
        }
        break
      } else if node.kind != "Reroute" {
        settings.note("What the \(node.name) does to the model is left out.")
      }
      guard let next = try graph.target(of: node, "model") else {
        settings.note("The name of the model is not in the graph; give it yourself.")
        break
      }
      node = next
    }
    settings.loras = loras
  }

  private func modelName(_ node: ComfyGraph.Node) throws(ForeignSettingsError) -> String? {
    if let name = try text(node, "ckpt_name") { return name }
    return try text(node, "unet_name")
  }

  private mutating func lora(_ node: ComfyGraph.Node) throws(ForeignSettingsError) -> ForeignSettings.LoRA? {
    guard let file = try text(node, "lora_name"), let weight = try number(node, "strength_model") else {
      settings.note("The \(node.name) is left out: its file and weight are not in the graph.")
      return nil
    }
    let name = baseName(file)
    let textEncoder = node.kind == "LoraLoader" ? try number(node, "strength_clip") : 0
    if textEncoder != weight {
      settings.note(
        "The LoRA \(shortened(name)) has another weight for the text encoder; LatentWalk takes \(weight) for both."
      )
    }
    return weight == 0 ? nil : ForeignSettings.LoRA(name: name, weight: weight)
  }

  /// The autoencoder is that of the node that decodes the sampler's latents.
  mutating func readAutoencoder(_ sampler: ComfyGraph.Node) throws(ForeignSettingsError) {
    let decoders = graph.ordered.filter {
      guard $0.kind.hasPrefix("VAEDecode"), case .link(sampler.id, _) = $0.inputs["samples"] else {
        return false
      }
      return true
    }
    guard let decoder = decoders.first else { return }
    visited.formUnion(decoders.map(\.id))
    guard let loader = try graph.target(of: decoder, "vae") else { return }
    visited.insert(loader.id)
    if let name = try text(loader, "vae_name") { settings.vaeName = baseName(name) }
  }

  mutating func readLatents(_ sampler: ComfyGraph.Node) throws(ForeignSettingsError) {
    var path: Set<String> = [sampler.id]
    var node = try required(sampler, "latent_image")
    while true {
      try visit(node, &path)
      if node.inputs["width"] != nil, node.inputs["height"] != nil, node.inputs["samples"] == nil {
        try readEmptyLatents(node)
        return
      }
      if node.kind.hasPrefix("VAEEncode") {
        if node.kind == "VAEEncodeForInpaint" { noteInpainting() }
        if let loader = try graph.target(of: node, "vae") { visited.insert(loader.id) }
        return try readStart(node, &path)
      }
      if node.kind == "SetLatentNoiseMask" {
        noteInpainting()
      } else if node.kind != "Reroute" {
        settings.note("What the \(node.name) does to the latents is left out.")
      }
      guard let next = try graph.target(of: node, "samples") else {
        settings.note("The size is not in the graph; give it yourself.")
        return
      }
      node = next
    }
  }

  private mutating func noteInpainting() {
    settings.note("Inpainting is left out; LatentWalk changes whole pictures.")
  }

  private mutating func readEmptyLatents(_ node: ComfyGraph.Node) throws(ForeignSettingsError) {
    (settings.width, settings.height) = try (integer(node, "width"), integer(node, "height"))
    if node.inputs["batch_size"] != nil, let count = try integer(node, "batch_size"), count != 1 {
      settings.note(
        "Of the batch of \(count) pictures LatentWalk makes the first; the others have no seed of their own.")
    }
    if node.kind != "EmptyLatentImage" {
      settings.note("The \(node.name) is for other models; LatentWalk takes its width and height.")
    }
  }

  /// From the encoder of a picture to the picture's file.
  private mutating func readStart(_ encoder: ComfyGraph.Node, _ path: inout Set<String>)
    throws(ForeignSettingsError)
  {
    var node = try required(encoder, "pixels")
    while true {
      try visit(node, &path)
      if let name = try text(node, "image") {
        settings.start = ForeignSettings.Start(pictureName: name, strength: 1)
        return
      }
      if node.inputs["width"] != nil, node.inputs["height"] != nil, settings.width == nil {
        (settings.width, settings.height) = try (integer(node, "width"), integer(node, "height"))
      } else if node.kind != "Reroute" {
        settings.note("What the \(node.name) does to the start picture is left out.")
      }
      guard let next = try graph.target(of: node, node.inputs["image"] == nil ? "pixels" : "image") else {
        settings.start = ForeignSettings.Start(pictureName: nil, strength: 1)
        settings.note("The file of the start picture is not in the graph; give it yourself.")
        return
      }
      node = next
    }
  }
}
