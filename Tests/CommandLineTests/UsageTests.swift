import TestFolders
import Testing

/// What is refused with exit code 64 before anything is loaded, and how the sentence reads.
@Suite struct UsageTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(
    "an impossible number is refused with those that are possible",
    arguments: [
      ("--frames", "0", "1 to 100000"), ("--frames", "-5", "1 to 100000"), ("--steps", "0", "1 to 1000"),
      ("--steps", "-1", "1 to 1000"), ("--fps", "0", "0.01 to 50"), ("--fps", "-10", "0.01 to 50"),
      ("--fps", "nan", "0.01 to 50"), ("--fps", "60", "0.01 to 50"), ("--width", "16385", "1 to 16384"),
      ("--height", "-64", "1 to 16384"), ("--guidance", "nan", "a number such as 7.5"),
      ("--step-size", "inf", "a number such as 0.002"), ("--batch", "0", "1 to 1024"),
      ("--threads", "-1", "1 to 1024"),
    ])
  func impossibleNumbers(option: String, value: String, accepted: String) throws {
    let run = try folder.run("walk", "a dog", "--model", "two-stages", option, value)
    expectRefusal(run, 64, option, accepted)
    #expect(try folder.names().isEmpty)
  }

  @Test(
    "a word in place of a number is refused",
    arguments: ["--frames", "--steps", "--fps", "--seed", "--guidance"])
  func words(option: String) throws {
    expectRefusal(try folder.run("walk", "a dog", option, "many"), 64, "'many'", option)
  }

  @Test("a negative seed is refused as a value, not as a missing one")
  func negativeSeed() throws {
    expectRefusal(try folder.run("walk", "a dog", "--seed", "-1"), 64, "'-1'", "--seed")
  }

  @Test("negative numbers are taken where they mean something")
  func negativeNumbers() throws {
    let run = try folder.run(
      "walk", "a dog", "--model", "two-stages", "--frames", "2", "--steps", "2", "--step-size", "-0.1",
      "--guidance",
      "-1", "-o", "x.gif")
    expectDone(run, "x.gif")
  }

  @Test(
    "an unknown name is refused with those that are known",
    arguments: [
      ("--sampler", ["ddim", "euler-a", "dpm++2m-sde", "lcm"]),
      ("--schedule", ["keras-0.9", "karras", "ays"]),
      ("--rng", ["tensorflow", "pytorch-cuda"]),
    ])
  func unknownNames(option: String, known: [String]) throws {
    let run = try folder.run("image", "a dog", option, "nonsense")
    expectRefusal(run, 64, "'nonsense'", option)
    // Few names are quoted in the sentence, more are a list below it.
    for name in known {
      #expect(run.errors.contains("'\(name)'") || run.errors.contains("- \(name)\n"), "\(name)")
    }
  }

  @Test("a sampler and a schedule that make no sense together are refused before the model is looked for")
  func combinations() throws {
    expectRefusal(
      try folder.run("image", "a dog", "--sampler", "lcm", "--schedule", "karras", "--model", "nowhere"), 64,
      "The sampler lcm does not work with the schedule karras; choose trailing as the schedule.")
  }

  @Test("the help says what each sampler, schedule and generator means")
  func help() throws {
    let run = try folder.run("help", "image")
    #expect(run.exitCode == 0)
    for name in [
      "dpm++2m-sde", "Heun's method", "for latent consistency models", "Align Your Steps",
      "torch.randn on a graphics card",
    ] {
      #expect(run.output.contains(name), "\(name)")
    }
  }

  @Test("an unknown option or subcommand is refused by its name")
  func unknownOption() throws {
    expectRefusal(try folder.run("image", "a dog", "--nonsense"), 64, "--nonsense")
    expectRefusal(try folder.run("nonsense"), 64, "nonsense")
  }

  @Test("an interpolation needs two prompts")
  func onePrompt() throws {
    expectRefusal(try folder.run("interpolate", "a dog"), 64, "two prompts or more")
  }

  @Test(
    "a prompt and an embedding exclude each other, and one of them is needed",
    arguments: ["image", "walk", "circle"])
  func promptOrEmbedding(command: String) throws {
    expectRefusal(
      try folder.run(command, "a dog", "--embedding", "e.npy"), 64, "either a prompt or --embedding")
    expectRefusal(try folder.run(command), 64, "either a prompt or --embedding")
  }

  @Test(
    "a file that does not end as its format does is refused",
    arguments: [
      (["image", "a dog", "-o", "dog.jpg"], "--output", ".png"),
      (["walk", "a dog", "-o", "dog"], "--output", ".gif"),
      (["encode", "a dog", "-o", "dog.gif"], "--output", ".npy"),
      (["image", "a dog", "--latents-output", "dog.png"], "--latents-output", ".npy"),
    ])
  func endings(arguments: [String], option: String, ending: String) throws {
    let run = try Program(arguments, in: folder.path).finished()
    expectRefusal(run, 64, option, arguments[3], ending)
  }

  @Test("an instruction set that this machine does not have is refused with what there is")
  func instructionSet() throws {
    let run = try folder.run("image", "a dog", environment: ["LATENTWALK_ISA": "nonsense"])
    expectRefusal(run, 64, "LATENTWALK_ISA", "\"nonsense\"", "portable")
  }
}
