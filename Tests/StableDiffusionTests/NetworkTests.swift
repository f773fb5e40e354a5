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
    let fixture = try GoldenPipeline(name)
    let encoder = try TextEncoder(
      fixture.folder.weights("text_encoder"),
      TextEncoderDescription(fixture.folder.configuration("text_encoder")))
    let embeddings = Tensor.batch(fixture.golden.prompts.map { encoder($0.ids) })
    expectEqual(embeddings, try fixture.tensor("embeddings"), within: 1e-4)
  }

  @Test("an evaluation of the UNet gives diffusers' prediction", arguments: GoldenPipeline.names)
  func unetEvaluation(name: String) throws {
    let fixture = try GoldenPipeline(name)
    let unet = try UNet(
      fixture.folder.weights("unet"), UNetDescription(fixture.folder.configuration("unet")))
    for (index, evaluation) in fixture.golden.unet.enumerated() {
      let prediction = unet(
        try fixture.image("unet.\(index).latents"), timestep: evaluation.timestep,
        context: try fixture.embeddings(evaluation.prompts))
      expectEqual(prediction, try fixture.image("unet.\(index).output"), relativeL2: 1e-5)
    }
  }

  @Test("the UNet gives an image the same bits alone and in a batch", arguments: GoldenPipeline.names)
  func unetBatch(name: String) throws {
    let fixture = try GoldenPipeline(name)
    let unet = try UNet(
      fixture.folder.weights("unet"), UNetDescription(fixture.folder.configuration("unet")))
    let (latents, evaluation) = (try fixture.image("unet.2.latents"), fixture.golden.unet[2])
    let context = try fixture.embeddings(evaluation.prompts)
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
    let fixture = try GoldenPipeline(name)
    let pipeline = try StableDiffusionPipeline(fixture.folder)
    for (index, sample) in fixture.golden.samples.enumerated() {
      let guidance = Guidance(
        conditional: Conditioning(tokens: try fixture.embeddings([sample.prompt])),
        unconditional: Conditioning(tokens: try fixture.embeddings([0])),
        scale: Float(sample.guidance))
      let schedule = try #require(ScheduleKind(rawValue: sample.schedule))
      let levels = try pipeline.schedule(steps: sample.steps, kind: schedule)
      let expected = try fixture.image("samples.\(index).latents")
      var latents = try fixture.image("samples.\(index).noise")
      for step in try pipeline.denoising(latents, guidedBy: guidance, through: levels) {
        latents = step.latents
        expectEqual(latents, expected.images(step.index..<step.index + 1), relativeL2: 1e-3)
      }
      if fixture.has("samples.\(index).decoded") {
        let decoded = pipeline.autoencoder.decode(latents)
        expectEqual(decoded, try fixture.image("samples.\(index).decoded"), within: 2 / 127.5)
      }
    }
  }

  @Test("every tensor of a pipeline is used", arguments: GoldenPipeline.names)
  func unusedTensors(name: String) throws {
    #expect(try StableDiffusionPipeline(GoldenPipeline(name).folder).unusedTensors.isEmpty)
  }
}
