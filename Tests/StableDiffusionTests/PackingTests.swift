import Checkpoints
import Sampling
import StableDiffusion
import Tensors
import Testing

@Suite struct PackingTests {
  @Test("a narrowed view of weights, and one with adapters, keeps the packing")
  func narrowing() throws {
    let weights = try GoldenPipeline("sd1").folder.weights("unet")
    let direct = weights.packed(Packing(convolution: .direct))
    #expect(weights["down_blocks"][0].packing == Packing())
    #expect(direct["down_blocks"][0]["resnets"][0].packing.convolution == .direct)
    #expect(direct.adding([:])["conv_in"].packing.convolution == .direct)
  }

  @Test("two loaded models packed differently give in one process the bytes that each gives alone")
  func pipelines() throws {
    let folder = try ModelFolder(path: GoldenPipeline.bundled)
    let noise = NoiseGenerator.pytorch.normals(seed: 1, draw: 0, height: 8, width: 8, channels: 4)
    let context = try PromptEncoder(folder)("a dog").conditioning.tokens
    func pixels(_ pipeline: StableDiffusionPipeline) throws -> [Float] {
      try pipeline.pixels(pipeline.unet()(noise, timestep: 481, context: context)).values
    }
    func pipeline(_ convolution: ConvolutionAlgorithm) throws -> StableDiffusionPipeline {
      try StableDiffusionPipeline(folder, packing: Packing(convolution: convolution))
    }
    let (exact, transformed) = (try pixels(pipeline(.direct)), try pixels(pipeline(.winograd)))
    #expect(exact != transformed, "The two algorithms round differently.")
    let (direct, winograd) = (try pipeline(.direct), try pipeline(.winograd))
    for _ in 0..<2 {
      #expect(try pixels(direct) == exact)
      #expect(try pixels(winograd) == transformed)
    }
  }
}
