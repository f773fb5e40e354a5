import Tensors

/// The text that the UNet looks at. It stays the same from step to step, so what a layer makes of it is computed once and kept.
public final class Context {
  /// Text embeddings, one for each image, [n, tokens, width], or one for all, [1, tokens, width].
  let embedding: Tensor
  private var kept: [ObjectIdentifier: (place: Place, tensor: Tensor)] = [:]

  /// What a layer's tensor is kept under.
  final class Place: Sendable {}

  public init(_ embedding: Tensor) { self.embedding = embedding }

  /// What `make` makes of the embedding, the first time; afterwards the same again.
  func kept(at place: Place, _ make: (Tensor) -> Tensor) -> Tensor {
    if let entry = kept[ObjectIdentifier(place)] { return entry.tensor }
    let tensor = make(embedding)
    kept[ObjectIdentifier(place)] = (place, tensor)
    return tensor
  }
}
