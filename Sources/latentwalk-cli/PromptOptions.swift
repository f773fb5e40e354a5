import ArgumentParser
import Foundation
import LatentWalk
import StableDiffusion

/// What is added to the model, and how prompts are read: all that decides, beside the model, which embedding a prompt
/// becomes.
struct PromptOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A LoRA to add to the model; may be given several times. Kohya's, diffusers' and cloneofsimo's layouts. (default weight: 1)",
      valueName: "file[:weight]"),
    completion: .file(extensions: ["safetensors", "bin", "pt"]))
  var lora: [LoRAArgument] = []

  @Option(
    help: ArgumentHelp(
      """
      Learned words to add; may be given several times. Files of diffusers or AUTOMATIC1111. \
      (default word: the one in the file, or else the file's name)
      """,
      valueName: "file[:word]"),
    completion: .file(extensions: ["safetensors", "bin", "pt"]))
  var textualInversion: [TextualInversionArgument] = []

  @Option(
    help: """
      How prompts are read. 'clip': every character is text, 77 tokens. 'a1111': as AUTOMATIC1111 does, with (word), \
      (word:1.3), [word], \\( and BREAK, and of any length.
      """)
  var promptSyntax = defaults.promptReading.syntax

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Which layer of the text encoder gives the embedding, counted from the end: 1 is the last, 2 the one before it \
      (as AUTOMATIC1111 counts; diffusers' clip_skip is one less).
      """,
      valueName: "n"))
  var clipSkip = defaults.promptReading.clipSkip

  func validate() throws {
    for lora in lora.map(\.lora) {
      try require(
        lora.weight.isFinite, "--lora \(lora.file.path): the weight", "\(lora.weight)",
        "a finite number such as 0.8 behind the last colon")
    }
    try require(clipSkip >= 1, "--clip-skip", "\(clipSkip)", "1 for the last layer, 2 for the one before it")
  }

  var reading: PromptReading { PromptReading(syntax: promptSyntax, clipSkip: clipSkip) }

  /// A draft with all that these options say.
  func applied(to draft: RecipeDraft) -> RecipeDraft {
    var draft = draft
    draft.loras = lora.map(\.lora)
    draft.textualInversions = textualInversion.map(\.inversion)
    draft.promptReading = reading
    return draft
  }
}

struct LoRAArgument: ExpressibleByArgument {
  let lora: RecipeDraft.LoRA
  init(argument: String) { lora = RecipeDraft.LoRA(argument: argument) }
}

struct TextualInversionArgument: ExpressibleByArgument {
  let inversion: RecipeDraft.TextualInversion
  init(argument: String) { inversion = RecipeDraft.TextualInversion(argument: argument) }
}

extension PromptSyntax: ExpressibleByArgument {}
