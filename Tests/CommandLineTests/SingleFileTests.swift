import Foundation
import Media
import ModelFiles
import TestFolders
import Testing

/// Whole models in one file, given to the program as people have them.
@Suite struct SingleFileTests {
  private let folder: TemporaryFolder

  /// The tokenizer of such a model is that of the bundled one; here `tiny` is a model with the words of the tiny
  /// pipelines.
  init() throws {
    folder = try TemporaryFolder()
    try folder.make("models/tiny")
    try folder.link("models/tiny/tokenizer", to: TinyModel.path("two-stages/tokenizer"))
  }

  private func run(_ arguments: String...) throws -> Program.Run {
    try Program(arguments, in: folder.path, environment: ["LATENTWALK_MODELS": folder.file("models")])
      .finished()
  }

  @Test("a picture comes from a .safetensors and a .ckpt, by path and by name, and is the same")
  func pictures() throws {
    let writer = try SingleFileWriter.wide(TinyModel.fixtures)
    for name in ["models/a.safetensors", "b.ckpt"] { try writer.write(to: folder.file(name)) }
    for (model, output) in [("a", "a.png"), ("a.safetensors", "a2.png"), ("b.ckpt", "b.png")] {
      let run = try run(
        "image", "a dog", "--model", model, "--steps", "2", "--seed", "1", "--width", "16", "--height", "16",
        "-o", output)
      expectDone(run, output)
      #expect(
        run.errors.hasPrefix(
          "1 frame of 16 x 16 with the model \(output == "b.png" ? "b" : "a"), seed 1: 2 steps"))
      #expect(!run.errors.contains("Warning"), "\(run.errors)")
    }
    let pictures = try ["a.png", "a2.png", "b.png"].map { try Picture(pngFile: folder.file($0)).pixels }
    #expect(pictures[0] == pictures[1] && pictures[0] == pictures[2] && Set(pictures[0]).count > 8)
    let shown = try run("models", "show", "b.ckpt")
    #expect(shown.exitCode == 0)
    for words in [
      "b.ckpt (PyTorch)", "Kind                Stable Diffusion 1.x", "F16",
      "alphas_cumprod: noise levels of the training",
    ] {
      #expect(shown.output.contains(words), "\(shown.output)")
    }
    #expect(
      try run("models").output.contains("a\t\(folder.file("models/a.safetensors"))\tStable Diffusion 1.x\n"))
  }

  @Test(
    "without an autoencoder, a model is shown, refused with the option that helps, and makes pictures with it"
  )
  func withoutAutoencoder() throws {
    var writer = try SingleFileWriter.wide(TinyModel.fixtures)
    try writer.write(to: folder.file("whole.safetensors"))
    writer.remove("first_stage_model.")
    try writer.write(to: folder.file("part.safetensors"))
    let shown = try run("models", "show", "part.safetensors")
    #expect(
      shown.exitCode == 0 && shown.output.contains("vae                 none; give one with --vae FILE"),
      "\(shown)")
    let refused = try run("image", "a dog", "--model", "part.safetensors", "--steps", "1")
    expectRefusal(refused, 1, "part.safetensors", "it has no autoencoder", "as the vae")
  }

  @Test("'models show' says of files beside models what they hold and which option takes them")
  func additions() throws {
    for (path, words) in [
      (
        "lora/cloneofsimo.safetensors",
        [
          "Kind                a LoRA. Use it as a LoRA",
          "Changes             144 layers of the UNet, 12 of the text encoder",
          "Word                <s1>: 1 vector of 32 numbers",
        ]
      ),
      ("sd1/vae", ["Kind                an autoencoder. Use it as the vae"]),
      (
        "tiny-autoencoder/taesd", ["Kind                a tiny autoencoder (TAESD). Use it as the tiny vae"]
      ),
      (
        "tiny-autoencoder/diffusers",
        ["Kind                a tiny autoencoder (TAESD). Use it as the tiny vae"]
      ),
      ("prompts/my-style.pt", ["Kind                a textual inversion", "Word                my-style: "]),
    ] {
      let run = try run("models", "show", TinyModel.path(path))
      #expect(run.exitCode == 0 && run.errors.isEmpty)
      for word in words { #expect(run.output.contains(word), "\(run.output)") }
    }
    try folder.writeTensors("loha.safetensors", [("lora_unet_mid.hada_w1_a", [1, 8])])
    let loha = try run("models", "show", "loha.safetensors").output
    #expect(loha.contains("Not usable          loha.safetensors is a LoHa"), "\(loha)")
  }

  @Test("a file given for something else than it is, is refused with the option that takes it")
  func otherOptions() throws {
    let (lora, words) = (TinyModel.path("lora/kohya.safetensors"), TinyModel.path("prompts/my-style.pt"))
    let tiny = TinyModel.path("tiny-autoencoder/diffusers/diffusion_pytorch_model.safetensors")
    for (option, path, sentence) in [
      ("--textual-inversion", lora, "is no textual inversion: it is a LoRA. Use it as a LoRA"),
      ("--lora", words, "is no LoRA: it is a textual inversion. Use it as a textual inversion"),
      ("--lora", tiny, "is no LoRA: it is a tiny autoencoder (TAESD). Use it as the tiny vae"),
      ("--vae", lora, "is no autoencoder: it is a LoRA. Use it as a LoRA"),
      (
        "--tiny-vae", TinyModel.path("sd1/vae"),
        "is no tiny autoencoder: it is an autoencoder. Use it as the vae"
      ),
      ("--model", lora, "is not a model: it is a LoRA. Use it as a LoRA"),
    ] {
      let model = option == "--model" ? [] : ["--model", TinyModel.path("sd1")]
      let run = try Program(["image", "a dog", option, path, "--steps", "1"] + model, in: folder.path)
        .finished()
      expectRefusal(run, 1, path, sentence)
    }
  }
}
