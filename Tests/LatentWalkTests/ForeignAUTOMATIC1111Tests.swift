import Foundation
import LatentWalk
import Media
import Sampling
import Testing

/// The text that AUTOMATIC1111 writes under the keyword `parameters`.
@Suite struct ForeignAUTOMATIC1111Tests {
  @Test("a text of version 1.9 is read whole, and nothing of it is unsupported but the last digits")
  func version19() throws {
    let settings = try ForeignSettings(
      automatic1111: """
        a photograph of a (red:1.2) house, <lora:detail_tweaker:0.8>, trees,
        evening light
        Negative prompt: blurry, lowres,
        easynegative
        Steps: 20, Sampler: Euler a, Schedule type: Automatic, CFG scale: 7.5, Seed: 3508216523, Size: 512x768, Model hash: 6CE0161689, Model: v1-5-pruned-emaonly, VAE hash: 735e4c3a44, VAE: vae-ft-mse-840000-ema-pruned.safetensors, Clip skip: 2, Lora hashes: "detail_tweaker: 7c6bad76eb54, other: 0123456789ab", TI hashes: "easynegative: c74b4e810b03", Version: v1.9.4
        """)
    #expect(settings.program == "AUTOMATIC1111")
    #expect(settings.prompt == "a photograph of a (red:1.2) house, , trees,\nevening light")
    #expect(settings.negativePrompt == "blurry, lowres,\neasynegative")
    #expect(settings.promptSyntax == .a1111)
    #expect(settings.clipSkip == 2)
    #expect(settings.steps == 20)
    #expect(settings.guidance == 7.5)
    #expect(settings.seed == 3_508_216_523)
    #expect(settings.rng == .pytorchCUDA)
    #expect([settings.width, settings.height] == [512, 768])
    #expect(settings.sampler == .eulerAncestral)
    #expect(settings.schedule == .linspace)
    #expect(settings.start == nil)
    #expect(settings.modelName == "v1-5-pruned-emaonly")
    #expect(settings.modelHash == "6ce0161689")
    #expect(settings.vaeName == "vae-ft-mse-840000-ema-pruned")
    #expect(settings.vaeHash == "735e4c3a44")
    #expect(settings.loras.map(\.name) == ["detail_tweaker"])
    #expect(settings.loras.map(\.weight) == [0.8])
    #expect(settings.loras.map(\.hash) == ["7c6bad76eb54"])
    #expect(settings.textualInversions.map(\.name) == ["easynegative"])
    #expect(settings.unsupported == [])
  }

  /// Settings with this line after the prompt.
  private func read(_ line: String, prompt: String = "a dog") throws -> ForeignSettings {
    try ForeignSettings(automatic1111: "\(prompt)\nSteps: 20, \(line), CFG scale: 7, Seed: 1, Size: 512x512")
  }

  @Test(
    "samplers have the same levels under their old and their new names",
    arguments: [
      ("Sampler: Euler", .euler, .linspace), ("Sampler: Euler, Schedule type: Uniform", .euler, .linspace),
      ("Sampler: Heun, Schedule type: Automatic", .heun, .linspace), ("Sampler: LMS Karras", .lms, .karras),
      ("Sampler: LMS, Schedule type: Karras", .lms, .karras),
      ("Sampler: DPM++ 2M Karras", .dpmSolver, .karras),
      ("Sampler: DPM++ 2M, Schedule type: Automatic", .dpmSolver, .karras),
      ("Sampler: DPM++ 2M", .dpmSolver, .keras09),
      ("Sampler: DPM++ 2M SDE Exponential", .dpmSolverSDE, .exponential),
      ("Sampler: DPM++ 2M SDE, Schedule type: Automatic", .dpmSolverSDE, .exponential),
      ("Sampler: DPM++ 2M, Schedule type: SGM Uniform", .dpmSolver, .linspace),
      ("Sampler: Euler, Schedule type: Simple", .euler, .trailing), ("Sampler: DDIM", .ddim, .keras),
      ("Sampler: Euler, Schedule type: Align Your Steps", .euler, .ays), ("Sampler: PLMS", .pndm, .keras),
      ("Sampler: UniPC", .unipc, .linspace), ("Sampler: LCM, Schedule type: Automatic", .lcm, .trailing),
    ] as [(String, SamplerName, ScheduleKind)])
  func samplers(line: String, sampler: SamplerName, schedule: ScheduleKind) throws {
    let settings = try read(line)
    #expect(settings.sampler == sampler)
    #expect(settings.schedule == schedule)
    #expect(sampler.schedules.contains(schedule))
  }

  @Test("only where levels or steps differ a sentence says how")
  func differences() throws {
    for exact in [
      "Sampler: Euler", "Sampler: Euler a, Schedule type: Automatic", "Sampler: LMS Karras",
      "Sampler: Heun, Schedule type: Exponential",
      "Sampler: Euler, Schedule type: Simple",
    ] {
      #expect(try read(exact).unsupported == [], "\(exact)")
    }
    #expect(
      try read("Sampler: DPM++ 2M Karras").unsupported == [
        "With DPM++ 2M Karras the picture differs a little: LatentWalk gives the network whole timesteps and begins with 0.2 % more noise."
      ])
    #expect(
      try read("Sampler: DDIM, Schedule type: Automatic").unsupported == [
        "With DDIM, schedule type Automatic, the picture differs a little: LatentWalk takes a step at the cleanest level, too."
      ])
  }

  @Test("a sampler or a schedule type that LatentWalk does not have is named")
  func unknownSamplers() throws {
    let sampler = try read("Sampler: DPM++ 2S a Karras")
    #expect(sampler.sampler == nil && sampler.schedule == nil)
    #expect(
      sampler.unsupported == ["The sampler DPM++ 2S a Karras is not in LatentWalk; choose one of its own."])
    let schedule = try read("Sampler: Euler, Schedule type: KL Optimal")
    #expect(schedule.sampler == .euler && schedule.schedule == nil)
    #expect(
      schedule.unsupported == ["The schedule type KL Optimal is not in LatentWalk; choose one of its own."])
  }

  @Test(
    "each setting that LatentWalk cannot follow has a sentence",
    arguments: [
      ("Hires upscale: 2, Hires steps: 10, Hires upscaler: Latent, Denoising strength: 0.5", "hires. fix"),
      ("Face restoration: CodeFormer", "Face restoration"), ("ADetailer model: face_yolov8n.pt", "ADetailer"),
      (#"ControlNet 0: "Module: canny, Model: control_canny, Weight: 1""#, "ControlNet"),
      ("Variation seed: 5, Variation seed strength: 0.3", "variation seed"),
      ("Seed resize from: 256x256", "resized"),
      ("Eta: 0.5", "Eta 0.5"), ("ENSD: 31337", "ENSD 31337"),
      ("Refiner: xl [1234567890], Refiner switch at: 0.8", "refiner"),
      ("Tiling: True", "Tiling"), ("Mask blur: 4", "Inpainting"), ("Emphasis: No norm", "No norm"),
      ("RNG: TPU", "TPU"), ("Some extension: on", "Some extension"), ("Hypernet: x", "Hypernetworks"),
    ])
  func unsupported(line: String, part: String) throws {
    let settings = try read("Sampler: Euler a, " + line)
    #expect(settings.unsupported.count == 1)
    #expect(settings.unsupported[0].contains(part))
    #expect(settings.start == nil)
  }

  @Test(
    "notations of prompts that LatentWalk reads otherwise have a sentence, and emphasis and escapes have none"
  )
  func notations() throws {
    let prompts = [
      ("a [dog:cat:0.5] on a hill", "editing"), ("a [dog::0.5]", "editing"), ("[big:12] dog", "editing"),
      ("a [cow|horse]", "Alternating"),
      ("a dog AND a cat:0.5", "AND"), ("a dog <hypernet:anime:0.5>", "hypernet"),
    ]
    for (prompt, part) in prompts {
      let sentences = try read("Sampler: Euler", prompt: prompt).unsupported
      #expect(sentences.count == 1 && sentences[0].contains(part), "\(prompt): \(sentences)")
    }
    for prompt in [#"a [dog] (cat:1.3) \[a:b:0.5\] \(x|y\)"#, "[time 12:30 at noon]", "BRAND new", "a | b"] {
      #expect(try read("Sampler: Euler", prompt: prompt).unsupported == [], "\(prompt)")
    }
  }

  @Test("LoRAs have one weight here and up to two there")
  func loras() throws {
    let settings = try read(
      "Sampler: Euler",
      prompt:
        "<lora:one> <lora:sub/two.v2:0.5:0.7><lyco:three:te=0.2:unet=0.4> <lora:four:1:lbw=IN> <lora:bad:x> end"
    )
    #expect(settings.prompt == "end")
    #expect(settings.loras.map(\.name) == ["one", "two.v2", "three", "four"])
    #expect(settings.loras.map(\.weight) == [1, 0.7, 0.4, 1])
    #expect(settings.unsupported.count == 4)
  }

  @Test("a picture to begin with has the strength that makes as many steps, and CPU noise is PyTorch's")
  func start() throws {
    let settings = try read("Sampler: Euler, Denoising strength: 0.75, RNG: CPU")
    #expect(settings.start?.strength == 0.8)
    #expect(settings.start?.pictureName == nil)
    #expect(settings.rng == .pytorch)
    #expect(settings.unsupported.contains { $0.contains("start picture") })
    #expect(try read("Sampler: Euler, Denoising strength: 1").start?.strength == 1)
    #expect(try read("Sampler: Euler, Denoising strength: nan").start == nil)
  }

  @Test("what the text does not say is left open, and hashes that are no SHA-256 are not read as one")
  func gaps() throws {
    let settings = try ForeignSettings(automatic1111: "Steps: 9, Model hash: 7460a6fa, Seed: -1")
    #expect(settings.prompt == "" && settings.negativePrompt == "")
    #expect(settings.steps == 9)
    #expect(
      settings.modelHash == nil && settings.seed == nil && settings.guidance == nil && settings.width == nil)
    #expect(settings.sampler == nil && settings.clipSkip == nil)
    #expect(settings.unsupported.count == 2)
  }

  @Test("values may hold JSON, commas, quotation marks and line ends of Windows")
  func values() throws {
    let settings = try ForeignSettings(
      automatic1111: "a dog\r\nNegative prompt: x\r\nSteps: 5, "
        + #"Hashes: {"model": "abc", "lora:x": [1, 2]}, Model: "a, \"b\": c", Seed: 7, VAE: None"#)
    #expect(settings.prompt == "a dog")
    #expect(settings.modelName == #"a, "b": c"#)
    #expect(settings.seed == 7)
    #expect(settings.vaeName == nil)
    #expect(settings.unsupported == [])
  }
}
