/// A value of a pickle: a plain one, or the index of an object in the list that `Pickle` builds. Indices instead of
/// references, because a pickle may hold a list that holds itself, or lists nested a million deep.
enum PickleValue: Equatable {
  case none
  case flag(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case bytes
  case object(Int)
}

/// A collection, or a value with a meaning of its own.
struct PickleObject {
  enum Kind: Equatable {
    case list, tuple, set
    /// Keys and values, alternating.
    case dictionary
    /// A class or function by its module and name.
    case global(String)
    /// An instance of a class that is not called: only its pickled state is stored.
    case instance(of: String)
    case storage(PickledStorage)
    case tensor(PickledTensor)
  }

  let kind: Kind
  var items: [PickleValue] = []
}

/// The values of one or more tensors, in a part of the zip file.
struct PickledStorage: Equatable {
  /// The name of the part: `data/` and this.
  let key: String
  /// The type as safetensors spells it; nil for bytes whose type the tensor states.
  let elementName: String?
  let count: Int
}

struct PickledTensor: Equatable {
  let storage: PickledStorage
  let elementName: String
  /// In values, as are the strides.
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}
