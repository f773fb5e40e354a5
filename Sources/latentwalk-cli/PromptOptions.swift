import ArgumentParser
import LatentWalk
import StableDiffusion

/// What is added to the model, and how prompts are read: all that decides, beside the model, which embedding a prompt becomes.
struct PromptOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A LoRA to add to the model; may be given several times. Kohya's, diffusers' and cloneofsimo's layouts. (default weight: 1)",
      valueName: "file[:weight]"),
    completion: .file(extensions: ["safetensors", "bin", "pt"]))
  var lora: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Learned words to add; may be given several times. Files of diffusers or AUTOMATIC1111. \
      (default word: the one in the file, or else the file's name)
      """,
      valueName: "file[:word]"),
    completion: .file(extensions: ["safetensors", "bin", "pt"]))
  var textualInversion: [String] = []

  @Option(
    help: """
      How prompts are read. 'clip': every character is text, 77 tokens. 'a1111': as AUTOMATIC1111 does, with (word), \
      (word:1.3), [word], \\( and BREAK, and of any length.
      """)
  var promptSyntax = PromptSyntax.clip

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Which layer of the text encoder gives the embedding, counted from the end: 1 is the last, 2 the one before it \
      (as AUTOMATIC1111 counts; diffusers' clip_skip is one less).
      """,
      valueName: "n"))
  var clipSkip = 1

  func validate() throws {
    try require(clipSkip >= 1, "--clip-skip", "\(clipSkip)", "1 for the last layer, 2 for the one before it")
  }

  var reading: PromptReading { PromptReading(syntax: promptSyntax, clipSkip: clipSkip) }

  func loras() throws -> [Recipe.LoRAReference] { try lora.map(Recipe.LoRAReference.init) }

  func textualInversions() throws -> [Recipe.TextualInversionReference] {
    try textualInversion.map(Recipe.TextualInversionReference.init)
  }
}

extension PromptSyntax: ExpressibleByArgument {}
