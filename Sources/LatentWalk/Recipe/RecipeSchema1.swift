import Sampling
import StableDiffusion
import Tensors

/// Recipes as the first version wrote them. They name models and files by fingerprints, samples of their bytes, so that
/// they become drafts: the store finds the files, checks their fingerprints and hashes them.
struct RecipeSchema1: Decodable {
  struct Document: Decodable {
    let recipe: RecipeSchema1
  }

  struct Model: Decodable {
    let name: String
    let fingerprint: String
  }

  struct File: Decodable {
    let path: String
    let fingerprint: String

    var request: FileRequest { FileRequest(path, expected: .fingerprint(fingerprint)) }
  }

  struct LoRA: Decodable {
    let file: File
    let weight: Double
  }

  struct Inversion: Decodable {
    let file: File
    let token: String?
  }

  struct Start: Decodable {
    let picture: File
    let strength: Double
  }

  let model: Model
  let loras: [LoRA]?
  let textualInversions: [Inversion]?
  let vae: File?
  let tinyVAE: File?
  let walk: Recipe.WalkKind
  let prompts: [String]
  let embedding: File?
  let negativePrompt: String
  let promptSyntax: PromptSyntax?
  let clipSkip: Int?
  let stepSize: Double
  let width: Int
  let height: Int
  let steps: Int
  let guidance: Double
  let sampler: SamplerName
  let schedule: ScheduleKind
  let seed: UInt64
  let rng: NoiseGenerator
  let noise: File?
  let start: Start?
  let convolution: ConvolutionAlgorithm?
  let frames: Int
  let fps: Double
  let rubberBand: Bool

  /// The same settings as a draft.
  var draft: RecipeDraft {
    var draft = RecipeDraft(walk, prompts: prompts)
    draft.model = FileRequest(model.name, expected: .fingerprint(model.fingerprint))
    draft.loras = (loras ?? []).map { RecipeDraft.LoRA($0.file.request, weight: $0.weight) }
    draft.textualInversions = (textualInversions ?? []).map {
      RecipeDraft.TextualInversion($0.file.request, token: $0.token)
    }
    (draft.vae, draft.tinyVAE) = (vae?.request, tinyVAE?.request)
    draft.packing = Packing(convolution: convolution ?? .winograd)
    draft.keyFrames += embedding.map { [RecipeDraft.KeyFrame(embedding: $0.request)] } ?? []
    (draft.negativePrompt, draft.guidance, draft.steps) = (negativePrompt, guidance, steps)
    (draft.sampler, draft.schedule, draft.seed) = (sampler, schedule, seed)
    (draft.noise, draft.picture) = (noise?.request, start?.picture.request)
    draft.strength = start?.strength ?? draft.strength
    (draft.width, draft.height, draft.rng) = (width, height, rng)
    draft.promptReading = PromptReading(syntax: promptSyntax ?? .clip, clipSkip: clipSkip ?? 1)
    (draft.frames, draft.stepSize, draft.fps, draft.pingPong) = (frames, stepSize, fps, rubberBand)
    return draft
  }
}
