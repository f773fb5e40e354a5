import Checkpoints
import ModelFiles
import Testing

@Suite struct ModelFolderTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(
      "model_index.json",
      #"{"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"], "safety_checker": [null, null]}"#
    )
  }

  @Test("the index names the class of each component that is there")
  func index() throws {
    let model = try ModelFolder(path: folder.path + "/")
    #expect(model.path == folder.path)
    #expect(model.pipelineClass == "StableDiffusionPipeline")
    #expect(model.componentClasses == ["unet": "UNet2DConditionModel"])
  }

  @Test("configurations are found, the scheduler's under its own name")
  func configurations() throws {
    try folder.write("unet/config.json", #"{"a": 1}"#)
    try folder.write("scheduler/scheduler_config.json", #"{"a": 2}"#)
    let model = try ModelFolder(path: folder.path)
    #expect(try model.configuration("unet").integer("a") == 1)
    #expect(try model.configuration("scheduler").integer("a") == 2)
    #expect(sentence { try model.configuration("vae") }.contains("vae/config.json: there is no such file"))
  }

  @Test(
    "weights are found under every name that diffusers and transformers write",
    arguments: [
      "diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.fp16.safetensors", "model.safetensors",
      "model.fp16.safetensors",
    ])
  func weightNames(name: String) throws {
    try folder.write("unet/\(name)", safetensors(["a": ([1], [1])]))
    #expect(try ModelFolder(path: folder.path).weights("unet").contains("a"))
  }

  @Test(
    "weights in several files are found through any index",
    arguments: ["diffusion_pytorch_model.safetensors.index.json", "model.safetensors.index.fp16.json"])
  func shardedWeights(name: String) throws {
    try folder.write("unet/part.safetensors", safetensors(["a": ([1], [1])]))
    try folder.write("unet/\(name)", #"{"weight_map": {"a": "part.safetensors"}}"#)
    #expect(try ModelFolder(path: folder.path).weights("unet").contains("a"))
  }

  @Test("a whole file is preferred to its float16 variant")
  func variants() throws {
    try folder.write("unet/model.safetensors", safetensors(["whole": ([1], [1])]))
    try folder.write("unet/model.fp16.safetensors", safetensors(["half": ([1], [1])]))
    #expect(try ModelFolder(path: folder.path).weights("unet").contains("whole"))
  }

  @Test(
    "pickles are read where there is no safetensors file, whole or in several files",
    arguments: [
      "diffusion_pytorch_model.bin", "pytorch_model.fp16.bin", "pytorch_model.bin.index.json",
      "pytorch_model.bin.index.fp16.json",
    ])
  func pickles(name: String) throws {
    let pickle = Pickled.dictionary("a", Pickled.tensor("0", 1, 0, [1], [1])) + Pickled.stop
    let file = zip(["model/data.pkl": pickle, "model/data/0": [0, 0, 0x80, 0x3f]])
    try folder.write("unet/part.bin", file)
    if name.hasSuffix(".json") {
      try folder.write("unet/\(name)", #"{"weight_map": {"a": "part.bin"}}"#)
    } else {
      try folder.write("unet/\(name)", file)
    }
    let model = try ModelFolder(path: folder.path)
    #expect(try model.weights("unet").tensor("a", shape: [1]).float32().values == [1])
    try folder.write("unet/model.fp16.safetensors", safetensors(["b": ([1], [1])]))
    #expect(try model.weights("unet").contains("b"))
  }

  @Test("a component without weights or without a folder is refused")
  func noWeights() throws {
    try folder.write("vae/config.json", "{}")
    let model = try ModelFolder(path: folder.path)
    #expect(
      sentence { try model.weights("vae") }.contains(
        "diffusion_pytorch_model.safetensors or model.safetensors is expected"))
    #expect(sentence { try model.weights("unet") }.contains("there is no such folder. Fetch the whole model"))
  }

  @Test("the files that decide a model's numbers are those that are read")
  func files() throws {
    let folders = ["scheduler", "text_encoder", "unet", "vae", "tokenizer", "safety_checker"]
    for name in folders { try folder.write("\(name)/config.json", "{}") }
    try folder.write("scheduler/scheduler_config.json", "{}")
    for name in ["vocab.json", "merges.txt", "tokenizer_config.json"] {
      try folder.write("tokenizer/\(name)", "")
    }
    let weights = safetensors(["a": ([1], [1])])
    try folder.write("vae/diffusion_pytorch_model.safetensors", weights)
    try folder.write("vae/diffusion_pytorch_model.fp16.safetensors", weights)
    try folder.write("text_encoder/model.fp16.safetensors", weights)
    try folder.write("text_encoder/pytorch_model.bin", weights)
    for part in ["part-1", "part-2", "other"] { try folder.write("unet/\(part).safetensors", weights) }
    try folder.write(
      "unet/diffusion_pytorch_model.safetensors.index.json",
      #"{"weight_map": {"a": "part-2.safetensors", "b": "part-1.safetensors", "c": "part-2.safetensors"}}"#)
    try folder.write("README.md", "")
    let names = [
      "model_index.json", "scheduler/scheduler_config.json", "text_encoder/config.json",
      "text_encoder/model.fp16.safetensors", "tokenizer/merges.txt", "tokenizer/tokenizer_config.json",
      "tokenizer/vocab.json", "unet/config.json", "unet/diffusion_pytorch_model.safetensors.index.json",
      "unet/part-1.safetensors", "unet/part-2.safetensors", "vae/config.json",
      "vae/diffusion_pytorch_model.safetensors",
    ]
    let files = try ModelFolder(path: folder.path).files()
    #expect(files == names.map { ModelFile(name: $0, path: "\(folder.path)/\($0)") })
    let changed = try ModelFolder(path: folder.path, configurations: ["unet": "/elsewhere.json"]).files()
    #expect(
      changed.filter { !files.contains($0) } == [ModelFile(name: "unet/config.json", path: "/elsewhere.json")]
    )
  }

  @Test("what is no model is refused: no path, a file, a folder without an index, an index that says nothing")
  func noModel() throws {
    #expect(
      sentence { try ModelFolder(path: "/nowhere/model") }
        == "/nowhere/model is not a model: there is no such folder or file. Check the path.")
    let file = try folder.write("sd-v1-4.safetensors", "x")
    #expect(
      sentence { try ModelFolder(path: file) }
        == "\(file) is damaged: it has only 1 bytes. Fetch the file again.")
    try folder.write("inner/unet/config.json", "{}")
    #expect(sentence { try ModelFolder(path: folder.path + "/inner") }.contains("it has no model_index.json"))
    try folder.write("model_index.json", "{}")
    #expect(
      sentence { try ModelFolder(path: folder.path) }.contains("model_index.json: _class_name is missing"))
  }
}
