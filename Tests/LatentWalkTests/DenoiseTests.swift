import Checkpoints
import LatentWalk
import Media
import Sampling
import StableDiffusion
import TestFolders
import Testing
import Walks

/// One picture's way out of noise, and a picture's way into noise and back.
@Suite struct DenoiseTests {
  private static let picture = FileRequest(TinyModel.path("pictures/two-stages.png"))

  private func draft(_ sampler: SamplerName = .ddim, steps: Int = 4) -> RecipeDraft {
    var draft = TinyModel.draft(.denoise, "a dog")
    (draft.sampler, draft.steps) = (sampler, steps)
    return draft
  }

  @Test(
    "the first frame is the seed's noise, the last is the picture of the same settings",
    arguments: SamplerName.allCases)
  func ends(sampler: SamplerName) throws {
    let draft = draft(sampler)
    let renderer = try TinyModel.renderer(draft)
    let count = renderer.recipe.walk.timing.frameCount
    #expect(try count == renderer.schedule(of: 0).count + 1)
    let frames = try renderer.frames(Array(0..<count))
    let noise = NoiseGenerator.pytorch.normals(seed: 7, draw: 0, height: 6, width: 6, channels: 4)
    #expect(frames.count == count && frames[0]?.latents == noise.values)
    var still = draft
    still.kind = .image
    #expect(try frames[count - 1] == TinyModel.renderer(still).frame(0))
    #expect(Set(frames.values.map(\.latents)).count == count)
  }

  @Test("a frame has the same bytes alone, with others, in any batch and order")
  func alone() throws {
    let all = try TinyModel.renderer(draft(), batch: 5).frames([0, 1, 2, 3, 4])
    for frame in 0..<5 {
      #expect(try TinyModel.renderer(draft()).frame(frame) == all[frame], "frame \(frame)")
    }
    for batch in [1, 2] {
      #expect(
        try TinyModel.renderer(draft(), batch: batch).frames([3, 0, 4, 1]) == all.filter { $0.key != 2 })
    }
  }

  @Test("a frame that is requested twice comes twice")
  func twice() throws {
    var (frames, rendering) = ([Int](), try TinyModel.renderer(draft()).rendering([2, 0, 2, 0, 4]))
    while let event = try rendering.next() {
      if case .frame(let frame, _, _) = event { frames.append(frame) }
    }
    #expect(frames.sorted() == [0, 0, 2, 2, 4])
  }

  @Test("each step of the way has a preview, for each frame that is in it")
  func previews() throws {
    var (previews, rendering) = ([Picture](), try TinyModel.renderer(draft()).rendering([0, 1, 2, 3, 4]))
    while let event = try rendering.next() {
      guard case .step(let step) = event else { continue }
      let pictures = try step.frames.map { try step.preview(of: $0) }
      #expect(Set(pictures).count == 1)
      previews.append(pictures[0])
    }
    #expect(previews.count == 4 && Set(previews).count == 4)
    #expect(previews.allSatisfy { $0.width == 6 && $0.height == 6 })
  }

  @Test("the noise alone costs nothing, and any other frame the whole way once")
  func evaluations() throws {
    let renderer = try TinyModel.renderer(draft())
    #expect(try renderer.evaluations(of: [0]) == 0 && renderer.evaluations(of: []) == 0)
    #expect(try renderer.evaluations(of: [1]) == 8 && renderer.evaluations(of: [0, 1, 2, 3, 4]) == 8)
  }

  @Test("a picture goes into noise and back: first itself, in the middle its noise, at the end itself again")
  func picture() throws {
    var draft = draft(steps: 10)
    draft.keyFrames[0].picture = Self.picture
    let renderer = try TinyModel.renderer(draft)
    #expect(renderer.recipe.walk.timing.frameCount == 21)
    let frames = try renderer.frames(Array(0..<21))
    let coder = try PictureCoder(ModelFolder(path: TinyModel.path("two-stages")))
    let latents = try coder.latents(of: Self.picture.path, width: 12, height: 12)
    #expect(frames[0]?.latents == latents.values)
    #expect(Set(frames.values.map(\.latents)).count == 21)
    #expect(try TinyModel.renderer(draft).frames([15, 3]) == frames.filter { [15, 3].contains($0.key) })
    #expect(try TinyModel.renderer(draft).frame(0) == frames[0])
  }

  @Test("on the way out a picture passes through what it was on the way into noise")
  func wayBack() throws {
    let folder = try TemporaryFolder()
    var draft = RecipeDraft(.image, prompts: ["A photograph of a fox"])
    (draft.model, draft.seed, draft.steps) = (FileRequest(TinyModel.bundled), 3, 10)
    try TinyModel.renderer(draft).frame(0)?.picture.writePNG(to: folder.file("fox.png"))
    draft.kind = .denoise
    draft.keyFrames[0].picture = FileRequest(folder.file("fox.png"))
    let frames = try TinyModel.renderer(draft).frames(Array(0..<21))
    for step in 0...10 {
      let (into, out) = (try #require(frames[step]).latents, try #require(frames[20 - step]).latents)
      #expect(relativeDistance(out, into) < 0.3, "step \(step): \(relativeDistance(out, into))")
    }
    #expect(relativeDistance(frames[10]!.latents, frames[0]!.latents) > 0.7)
  }

  @Test("the evaluations of a picture's way are promised as they come, also when they were done before")
  func pictureEvaluations() throws {
    var draft = draft()
    draft.keyFrames[0].picture = Self.picture
    let renderer = try TinyModel.renderer(draft)
    for frames in [[6, 2], [1, 7], [3]] {
      let promised = try renderer.evaluations(of: frames)
      #expect(try evaluated(renderer, frames) == promised, "\(frames)")
    }
  }
}

/// |a - b| / |b|
func relativeDistance(_ a: [Float], _ b: [Float]) -> Double {
  let squares = zip(a, b).reduce((0.0, 0.0)) { sums, pair in
    let (x, y) = (Double(pair.0), Double(pair.1))
    return (sums.0 + (x - y) * (x - y), sums.1 + y * y)
  }
  return (squares.0 / squares.1).squareRoot()
}

/// The evaluations of all events of rendering some frames.
func evaluated(_ renderer: Renderer, _ frames: [Int]) throws -> Int {
  var (sum, rendering) = (0, renderer.rendering(frames))
  while let event = try rendering.next() {
    switch event {
    case .step(let step): sum += step.evaluations
    case .preparation(let step): sum += step.evaluations
    case .frame, .encoded: break
    }
  }
  return sum
}
