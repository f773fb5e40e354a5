import Foundation
import LatentWalk
import Media
import Sampling
import Testing

/// The graph that ComfyUI writes under the keyword `prompt`.
@Suite struct ForeignComfyUITests {
  /// The default graph with two LoRAs, a layer of CLIP and an autoencoder of its own; nodes in `changes` replace
  /// others or are added.
  static func graph(_ changes: [String: String] = [:]) -> String {
    var nodes = [
      "3": #"""
      {"inputs": {"seed": 1102676403634909, "steps": 20, "cfg": 8.0, "sampler_name": "dpmpp_2m", "scheduler": "karras", "denoise": 1.0,
      "model": ["11", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}, "class_type": "KSampler",
      "_meta": {"title": "KSampler"}, "is_changed": [NaN]}
      """#,
      "4":
        #"{"inputs": {"ckpt_name": "sd15\\v1-5-pruned-emaonly.safetensors"}, "class_type": "CheckpointLoaderSimple"}"#,
      "5": #"{"inputs": {"width": 512, "height": 768, "batch_size": 1}, "class_type": "EmptyLatentImage"}"#,
      "6":
        #"{"inputs": {"text": "a photograph of a dog", "clip": ["12", 0]}, "class_type": "CLIPTextEncode"}"#,
      "7": #"{"inputs": {"text": "text, watermark", "clip": ["12", 0]}, "class_type": "CLIPTextEncode"}"#,
      "8": #"{"inputs": {"samples": ["3", 0], "vae": ["13", 0]}, "class_type": "VAEDecode"}"#,
      "9": #"{"inputs": {"filename_prefix": "ComfyUI", "images": ["8", 0]}, "class_type": "SaveImage"}"#,
      "10": #"""
      {"inputs": {"lora_name": "first.safetensors", "strength_model": 0.8, "strength_clip": 0.8, "model": ["4", 0], "clip": ["4", 1]},
      "class_type": "LoraLoader"}
      """#,
      "11": #"""
      {"inputs": {"lora_name": "sub/second.safetensors", "strength_model": 1, "strength_clip": 1, "model": ["10", 0], "clip": ["10", 1]},
      "class_type": "LoraLoader"}
      """#,
      "12": #"{"inputs": {"stop_at_clip_layer": -2, "clip": ["11", 1]}, "class_type": "CLIPSetLastLayer"}"#,
      "13":
        #"{"inputs": {"vae_name": "vae-ft-mse-840000-ema-pruned.safetensors"}, "class_type": "VAELoader"}"#,
    ]
    nodes.merge(changes) { $1 }
    return "{"
      + nodes.filter { !$0.value.isEmpty }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}"
  }

  /// KSampler with some inputs replaced.
  static func sampler(_ changes: [String: String]) -> String {
    var inputs = [
      "seed": "1", "steps": "20", "cfg": "8", "sampler_name": "\"dpmpp_2m\"", "scheduler": "\"karras\"",
      "denoise": "1",
      "model": "[\"4\", 0]", "positive": "[\"6\", 0]", "negative": "[\"7\", 0]", "latent_image": "[\"5\", 0]",
    ]
    inputs.merge(changes) { $1 }
    let text = inputs.filter { !$0.value.isEmpty }.map { "\"\($0.key)\": \($0.value)" }.joined(
      separator: ", ")
    return "{\"class_type\": \"KSampler\", \"inputs\": {\(text)}}"
  }

  private func read(_ changes: [String: String] = [:]) throws -> ForeignSettings {
    try ForeignSettings(comfyUI: Self.graph(changes))
  }

  @Test(
    "the default graph with LoRAs, a CLIP layer and an autoencoder is read whole, and all of it can be rendered"
  )
  func wholeGraph() throws {
    let settings = try read()
    #expect(settings.program == "ComfyUI")
    #expect(settings.prompt == "a photograph of a dog")
    #expect(settings.negativePrompt == "text, watermark")
    #expect(settings.clipSkip == 2)
    #expect(settings.steps == 20)
    #expect(settings.guidance == 8)
    #expect(settings.seed == 1_102_676_403_634_909)
    #expect(settings.rng == .pytorch)
    #expect([settings.width, settings.height] == [512, 768])
    #expect(settings.sampler == .dpmSolver && settings.schedule == .karras)
    #expect(settings.modelName == "v1-5-pruned-emaonly" && settings.modelHash == nil)
    #expect(settings.vaeName == "vae-ft-mse-840000-ema-pruned")
    #expect(settings.loras.map(\.name) == ["first", "second"])
    #expect(settings.loras.map(\.weight) == [0.8, 1])
    #expect(settings.start == nil)
    #expect(settings.unsupported == [])
  }

  @Test(
    "samplers and schedulers have their names here, with a sentence where levels or noise differ",
    arguments: [
      ("dpmpp_2m", "karras", .dpmSolver, .karras, []), ("ddim", "ddim_uniform", .ddim, .keras, []),
      ("euler", "ddim_uniform", .euler, .keras, []), ("dpmpp_2m", "simple", .dpmSolver, .trailing, []),
      ("euler", "normal", .euler, .linspace, ["fractions", "0.2 % less"]),
      ("dpmpp_2m", "normal", .dpmSolver, .keras09, ["rounds"]),
      ("dpmpp_2m", "sgm_uniform", .dpmSolver, .linspace, ["rounds"]),
      ("heun", "exponential", .heun, .exponential, ["fractions"]),
      ("euler_ancestral", "karras", .eulerAncestral, .karras, ["own random numbers"]),
      ("uni_pc", "normal", .unipc, .keras09, ["variant"]),
      ("dpmpp_2m_sde_gpu", "karras", .dpmSolverSDE, .karras, ["own random numbers"]),
      ("lcm", "sgm_uniform", .lcm, .trailing, ["distilled"]),
      ("lms", "karras", .lms, .karras, ["fractions"]), ("dpmpp_3m_sde", "karras", nil, nil, ["dpmpp_3m_sde"]),
      ("euler", "beta", .euler, nil, ["beta"]),
    ] as [(String, String, SamplerName?, ScheduleKind?, [String])])
  func samplers(
    name: String, scheduler: String, sampler: SamplerName?, schedule: ScheduleKind?, parts: [String]
  ) throws {
    let settings = try read([
      "3": Self.sampler([
        "sampler_name": "\"\(name)\"", "scheduler": "\"\(scheduler)\"", "model": "[\"11\", 0]",
      ])
    ])
    #expect(settings.sampler == sampler)
    #expect(settings.schedule == schedule)
    #expect(settings.unsupported.count == (parts.isEmpty ? 0 : 1))
    for part in parts { #expect(settings.unsupported[0].contains(part)) }
  }

  @Test("a picture to begin with takes as many steps of as long a schedule as there")
  func startPicture() throws {
    let settings = try read([
      "3": Self.sampler(["denoise": "0.6", "latent_image": "[\"21\", 0]", "model": "[\"11\", 0]"]),
      "5": "",
      "20": #"{"inputs": {"image": "cat.jpg", "upload": "image"}, "class_type": "LoadImage"}"#,
      "21": #"{"inputs": {"pixels": ["20", 0], "vae": ["13", 0]}, "class_type": "VAEEncode"}"#,
    ])
    #expect(settings.start?.pictureName == "cat.jpg")
    #expect(settings.steps == 33)
    #expect(Int(33 * (settings.start?.strength ?? 0)) == 20)
    #expect(settings.width == nil)
    #expect(settings.unsupported.count == 1)
  }

  @Test("KSamplerAdvanced's first step is a strength, and what it leaves is said")
  func advanced() throws {
    let sampler = #"""
      {"class_type": "KSamplerAdvanced", "inputs": {"add_noise": "enable", "noise_seed": 18446744073709551615, "steps": 20, "cfg": 7,
      "sampler_name": "euler", "scheduler": "karras", "start_at_step": 5, "end_at_step": 15, "return_with_leftover_noise": "enable",
      "model": ["11", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["21", 0]}}
      """#
    let settings = try read([
      "3": sampler, "5": "", "20": #"{"inputs": {"image": "cat.jpg"}, "class_type": "LoadImage"}"#,
      "21": #"{"inputs": {"pixels": ["20", 0], "vae": ["13", 0]}, "class_type": "VAEEncode"}"#,
    ])
    #expect(settings.seed == .max)
    #expect(settings.steps == 20)
    #expect(settings.start?.strength == 0.75)
    #expect(settings.unsupported.contains { $0.contains("stops at step 15 of 20") })
    #expect(settings.unsupported.contains { $0.contains("leaves noise for another sampler") })
  }

  @Test("of several samplers the first pass is read, and the others are named")
  func secondPass() throws {
    let settings = try read([
      "2": Self.sampler(["seed": "99", "denoise": "0.5", "latent_image": "[\"30\", 0]"]),
      "30":
        #"{"inputs": {"samples": ["3", 0], "upscale_method": "nearest-exact", "width": 1024, "height": 1536}, "class_type": "LatentUpscale"}"#,
      "8": #"{"inputs": {"samples": ["2", 0], "vae": ["4", 2]}, "class_type": "VAEDecode"}"#,
    ])
    #expect(settings.seed == 1_102_676_403_634_909)
    #expect([settings.width, settings.height] == [512, 768])
    #expect(
      settings.unsupported[0]
        == "The graph has 2 samplers; LatentWalk renders the first pass, node 3 (KSampler), alone.")
    #expect(
      settings.unsupported.last == "These nodes are left out: KSampler, VAEDecode, VAELoader, LatentUpscale.")
  }

  @Test("texts and numbers may come from nodes that hold them")
  func linkedValues() throws {
    let settings = try read([
      "3": Self.sampler(["seed": "[\"41\", 0]", "model": "[\"11\", 0]"]),
      "6": #"{"inputs": {"text": ["40", 0], "clip": ["12", 0]}, "class_type": "CLIPTextEncode"}"#,
      "40": #"{"inputs": {"value": ["42", 0]}, "class_type": "PrimitiveStringMultiline"}"#,
      "42": #"{"inputs": {"string": "a cat"}, "class_type": "String Literal"}"#,
      "41": #"{"inputs": {"seed": 77}, "class_type": "Seed (rgthree)"}"#,
    ])
    #expect(settings.prompt == "a cat")
    #expect(settings.seed == 77)
  }

  @Test(
    "weights of words, learned words and brackets are said and carried over into AUTOMATIC1111's notation")
  func promptNotation() throws {
    let prompt = #"(cat:1.2) [grey] embedding:easynegative.pt \\(x\\) a\\b BREAK"#
    let settings = try read([
      "6":
        "{\"inputs\": {\"text\": \"\(prompt)\", \"clip\": [\"12\", 0]}, \"class_type\": \"CLIPTextEncode\"}"
    ])
    #expect(settings.prompt == #"(cat:1.2) \[grey\] easynegative \(x\) a\\b BREAK"#)
    #expect(settings.textualInversions.map(\.name) == ["easynegative"])
    #expect(settings.unsupported.count == 2)
    #expect(settings.unsupported[0].contains("weigh words"))
    #expect(settings.unsupported[1].contains("BREAK"))
  }

  @Test(
    "nodes that LatentWalk does not have are said",
    arguments: [
      (
        [
          "3": sampler(["positive": "[\"50\", 0]", "model": "[\"11\", 0]"]),
          "50": #"{"inputs": {"strength": 1, "conditioning": ["6", 0]}, "class_type": "ControlNetApply"}"#,
        ], "ControlNet is left out"
      ),
      (
        [
          "3": sampler(["model": "[\"50\", 0]"]),
          "50": #"{"inputs": {"b1": 1.1, "model": ["11", 0]}, "class_type": "FreeU"}"#,
        ],
        "What the node 50 (FreeU) does to the model is left out."
      ),
      (
        [
          "6":
            #"{"inputs": {"text_g": "a dog", "text_l": "b", "clip": ["12", 0]}, "class_type": "CLIPTextEncodeSDXL"}"#
        ], "Stable Diffusion XL"
      ),
      (
        [
          "5":
            #"{"inputs": {"width": 512, "height": 512, "batch_size": 4}, "class_type": "EmptyLatentImage"}"#
        ], "batch of 4"
      ),
      (
        ["9": #"{"inputs": {"image": ["8", 0]}, "class_type": "FaceDetailer"}"#],
        "These nodes are left out: FaceDetailer."
      ),
      (
        [
          "3": sampler(["negative": "[\"50\", 0]", "model": "[\"11\", 0]"]), "7": "",
          "50": #"{"inputs": {"conditioning": ["6", 0]}, "class_type": "ConditioningZeroOut"}"#,
        ], "by zeros"
      ),
      (
        [
          "11":
            #"{"inputs": {"lora_name": "second.pt", "strength_model": 0.5, "model": ["10", 0]}, "class_type": "LoraLoaderModelOnly"}"#,
          "12":
            #"{"inputs": {"stop_at_clip_layer": -2, "clip": ["10", 1]}, "class_type": "CLIPSetLastLayer"}"#,
        ],
        "The LoRA second has another weight for the text encoder"
      ),
    ] as [([String: String], String)])
  func unsupported(changes: [String: String], part: String) throws {
    let settings = try read(changes)
    #expect(settings.unsupported.count == 1)
    #expect(settings.unsupported[0].contains(part))
    #expect(settings.sampler == .dpmSolver && settings.modelName == "v1-5-pruned-emaonly")
  }
}
