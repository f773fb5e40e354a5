import ArgumentParser
import LatentWalk

struct AlbumCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "album",
    abstract:
      "Goes from picture to picture of your own, and back to the first: photos, drawings, a folder of them.",
    discussion: """
      Example: latentwalk album cat.jpg dog.jpg --caption "a photo of a cat" --caption "a photo of a dog"
      Example: latentwalk album holiday/ --frames 120 --model stable-diffusion-v1-5/stable-diffusion-v1-5

      Each picture needs a caption, a sentence that says what it shows: with it the way to the next picture leads over \
      pictures, without it through a fog. Give --caption once for each picture, in their order, or write the captions \
      into files beside them: cat.txt for cat.jpg. In a terminal you are asked for those that are missing.
      """)

  @Argument(help: "The pictures, PNG, JPEG or WebP, two or more, or folders of them.", completion: .file())
  var pictures: [String]

  @OptionGroup var captions: CaptionOptions

  @Flag(name: .customLong("no-loop"), help: "End at the last picture; without it the loop closes.")
  var isOpen = false

  @OptionGroup var length: FrameCountOptions
  @OptionGroup var pace: PaceOptions
  @OptionGroup var between: BetweenOptions
  @OptionGroup var generation: GenerationOptions
  @OptionGroup var animation: AnimationOptions
  @OptionGroup var options: RunOptions

  func validate() throws {
    try generation.requireNoNoise("each picture has its own")
  }

  func run() throws {
    let paths = try albumPictures(pictures)
    guard paths.count >= 2 else {
      throw ValidationError(
        "An album has two pictures or more, and there is \(paths.count); for one there is 'latentwalk denoise --from'."
      )
    }
    let frames = length.frames ?? RecipeDraft.defaultFrames
    try require(
      frames >= paths.count || pace.paceBy != nil, "--frames", "\(frames)",
      "\(paths.count) or more, one for each picture")
    var keyFrames = zip(paths, try captions.captions(of: paths)).map { path, caption in
      var keyFrame = RecipeDraft.KeyFrame(prompt: caption, picture: FileRequest(path))
      keyFrame.guidance = generation.guidance
      return keyFrame
    }
    // A time line rounds to whole frames, so that each picture is shown as it is; a sound has its own.
    if pace.paceBy == nil { keyFrames[0].time = .at(.frames(0)) }
    var draft = RecipeDraft(.interpolate, keyFrames: keyFrames)
    (draft.isLoop, draft.frames) = (!isOpen, length.frames)
    draft = pace.applied(to: between.applied(to: generation.applied(to: draft)))
    try renderWalk(draft, named: "album", generation, animation, options)
  }
}
