/// The classes and functions that a pickle may name. Nothing is ever imported or called: the first three lists say what
/// LatentWalk builds instead, the last what is stored as an opaque value. A file with any other name is refused.
enum Globals {
  /// torch's typed storages: the type of their values as safetensors spells it.
  static let storages = [
    "torch.FloatStorage": "F32", "torch.HalfStorage": "F16", "torch.BFloat16Storage": "BF16",
    "torch.DoubleStorage": "F64", "torch.LongStorage": "I64", "torch.IntStorage": "I32",
    "torch.ShortStorage": "I16", "torch.CharStorage": "I8", "torch.ByteStorage": "U8",
    "torch.BoolStorage": "BOOL", "torch.ComplexFloatStorage": "C64",
  ]

  /// Storages without a type; `_rebuild_tensor_v3` states it.
  static let untypedStorages: Set = ["torch.storage.UntypedStorage", "torch.UntypedStorage"]

  static let elements = [
    "torch.float32": "F32", "torch.float16": "F16", "torch.bfloat16": "BF16", "torch.float64": "F64",
    "torch.int64": "I64", "torch.int32": "I32", "torch.int16": "I16", "torch.int8": "I8",
    "torch.uint8": "U8", "torch.uint16": "U16", "torch.uint32": "U32", "torch.uint64": "U64",
    "torch.bool": "BOOL", "torch.complex64": "C64", "torch.float8_e4m3fn": "F8_E4M3",
    "torch.float8_e5m2": "F8_E5M2",
  ]

  static let tensors: Set = [
    "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3",
  ]
  static let parameters: Set = [
    "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
  ]
  static let dictionaries: Set = ["collections.OrderedDict", "collections.defaultdict", "builtins.dict"]
  static let sequences: Set = ["torch.Size", "builtins.list", "builtins.tuple", "builtins.set"]

  /// What real Stable Diffusion checkpoints hold beside their tensors: the state of PyTorch Lightning's callbacks,
  /// numbers from NumPy, settings of the training. No tensor needs them, so they are not interpreted.
  static let inert: Set = [
    "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
    "pytorch_lightning.callbacks.early_stopping.EarlyStopping",
    "lightning.pytorch.callbacks.model_checkpoint.ModelCheckpoint",
    "pytorch_lightning.utilities.parsing.AttributeDict",
    "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "numpy.dtype", "numpy.ndarray",
    "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct",
    "_codecs.encode", "argparse.Namespace", "pathlib.PosixPath", "pathlib.Path", "typing.Any",
    "builtins.bytearray", "builtins.complex", "builtins.float", "builtins.int", "builtins.slice",
    "omegaconf.dictconfig.DictConfig", "omegaconf.listconfig.ListConfig", "omegaconf.base.Metadata",
    "omegaconf.base.ContainerMetadata", "omegaconf.nodes.AnyNode",
    "torch.device", "torch.nn.modules.container.ParameterDict",
    "torch.nn.modules.container.ParameterList",
  ]

  static func isKnown(_ name: String) -> Bool {
    inert.contains(name) || storages[name] != nil || elements[name] != nil || tensors.contains(name)
      || parameters.contains(name) || dictionaries.contains(name) || sequences.contains(name)
      || untypedStorages.contains(name)
  }
}
