import Synchronization
import Tensors

/// What the evaluations of one denoising share: the text, the keys and values that cross-attention computes from it, and
/// which images of the batch attend to others.
///
/// The text stays the same from step to step, so its keys and values are computed in the first step and cached. A
/// session belongs to one denoising and one thread; the UNet's weights are shared by all sessions.
public final class UNetSession {
  private let context: Tensor
  /// Nil while every image attends to itself only. It may change from one evaluation to the next.
  var attention: AttentionInterpolation?
  private let cancellation: Cancellation?
  /// Keys and values by the layer's name in the checkpoint.
  private var crossAttention: [String: Tensor] = [:]

  /// - Parameters:
  ///   - context: text embeddings, one for each image, [n, tokens, width], or one for all, [1, tokens, width].
  ///   - attention: in-betweens of the batch that attend to their parents, too, whatever its `steps` say.
  ///   - cancellation: what cancels the evaluations, between two layers of the UNet.
  public init(
    context: Tensor, attention: AttentionInterpolation? = nil, cancellation: Cancellation? = nil
  ) {
    self.context = context
    self.attention = attention
    self.cancellation = cancellation
  }

  /// What a cross-attention layer computes from the text, the first time; afterwards the cached result.
  func keysValues(of layer: String, _ compute: (Tensor) -> Tensor) -> Tensor {
    if let cached = crossAttention[layer] { return cached }
    let computed = compute(context)
    crossAttention[layer] = computed
    return computed
  }

  /// Whether the evaluation is cancelled. Layers are then skipped, and the model output is meaningless.
  var isCancelled: Bool { cancellation?.isCancelled ?? false }
}

/// Cancels work on another thread: the arithmetic checks it between two layers, a fraction of a step.
public final class Cancellation: Sendable {
  private let flag = Atomic(false)

  public init() {}

  public func cancel() { flag.store(true, ordering: .relaxed) }
  public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
