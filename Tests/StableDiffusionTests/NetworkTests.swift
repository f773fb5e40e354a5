import Checkpoints
import Sampling
import StableDiffusion
import Tensors
import Testing

/// The networks against diffusers, on tiny random pipelines: epsilon and v prediction, a number and a list of heads,
/// linear and convolutional projections, odd widths, other sizes than squares, one to five images.
@Suite struct NetworkTests {
  @Test("the text encoder gives diffusers' embeddings", arguments: GoldenPipeline.names)
  func textEmbeddings(name: String) throws {
    let pipeline = try GoldenPipeline(name)
    let encoder = try TextEncoder(
      pipeline.folder.weights("text_encoder"),
      TextEncoderDescription(pipeline.folder.configuration("text_encoder")))
    let embeddings = Tensor.batch(pipeline.golden.prompts.map { encoder($0.ids) })
    expectEqual(embeddings, try pipeline.tensor("embeddings"), within: 1e-4)
  }

  @Test("an evaluation of the UNet gives diffusers' prediction", arguments: GoldenPipeline.names)
  func unetEvaluation(name: String) throws {
    let pipeline = try GoldenPipeline(name)
    let unet = try UNet(
      pipeline.folder.weights("unet"), UNetDescription(pipeline.folder.configuration("unet")))
    for (index, evaluation) in pipeline.golden.unet.enumerated() {
      let prediction = unet(
        try pipeline.image("unet.\(index).latents"), timestep: evaluation.timestep,
        context: try pipeline.embeddings(evaluation.prompts))
      expectEqual(prediction, try pipeline.image("unet.\(index).output"), relativeL2: 1e-5)
    }
  }

  @Test("the UNet gives an image the same bits alone and in a batch", arguments: GoldenPipeline.names)
  func unetBatch(name: String) throws {
    let pipeline = try GoldenPipeline(name)
    let unet = try UNet(
      pipeline.folder.weights("unet"), UNetDescription(pipeline.folder.configuration("unet")))
    let (latents, evaluation) = (try pipeline.image("unet.2.latents"), pipeline.golden.unet[2])
    let context = try pipeline.embeddings(evaluation.prompts)
    let together = unet(latents, timestep: evaluation.timestep, context: context)
    for image in 0..<latents.shape[0] {
      let alone = unet(
        latents.images(image..<image + 1), timestep: evaluation.timestep,
        context: context.images(image..<image + 1))
      #expect(alone.values == together.images(image..<image + 1).values)
    }
  }

  @Test("ten steps of denoising give diffusers' latents and pixels", arguments: GoldenPipeline.names)
  func denoising(name: String) throws {
    let pipeline = try GoldenPipeline(name)
    let generator = try StableDiffusionPipeline(pipeline.folder)
    for (index, sample) in pipeline.golden.samples.enumerated() {
      let guidance = Guidance(
        conditional: Conditioning(tokens: try pipeline.embeddings([sample.prompt])),
        unconditional: Conditioning(tokens: try pipeline.embeddings([0])),
        scale: Float(sample.guidance))
      let schedule = try #require(ScheduleKind(rawValue: sample.schedule))
      let levels = try generator.schedule(steps: sample.steps, kind: schedule)
      let expected = try pipeline.image("samples.\(index).latents")
      var latents = try pipeline.image("samples.\(index).noise")
      for step in try generator.denoising(latents, guidedBy: guidance, through: levels) {
        latents = step.latents
        expectEqual(latents, expected.images(step.index..<step.index + 1), relativeL2: 1e-3)
      }
      if pipeline.has("samples.\(index).decoded") {
        let decoded = generator.autoencoder.decode(latents)
        expectEqual(decoded, try pipeline.image("samples.\(index).decoded"), within: 2 / 127.5)
      }
    }
  }

  @Test("every tensor of a pipeline is used", arguments: GoldenPipeline.names)
  func unusedTensors(name: String) throws {
    #expect(try StableDiffusionPipeline(GoldenPipeline(name).folder).unusedTensors.isEmpty)
  }
}
