import CKernels

/// Some columns of tokens [n, tokens, channels], such as the keys in a joint product of queries, keys and values.
public struct TokenColumns {
  let tensor: Tensor
  let columns: Range<Int>

  /// From token to token, in floats.
  var stride: Int { tensor.shape3.2 }
  var start: UnsafeMutablePointer<Float> { tensor.storage.address + columns.lowerBound }
}

extension Tensor {
  /// The columns `range` of tokens [n, tokens, channels]; nothing is copied.
  public func columns(_ range: Range<Int>) -> TokenColumns {
    precondition(range.upperBound <= shape3.2, "There are no columns \(range) in \(shape).")
    return TokenColumns(tensor: self, columns: range)
  }
}

/// softmax(q k^T / sqrt(d)) v for each image and head, without ever holding the scores: [n, queries, heads * d].
///
/// Vaswani et al., "Attention Is All You Need", equation 1; the running softmax is Milakov & Gimelshein's (arXiv
/// 1805.02867).
///
/// - Parameters:
///   - q: [n, queries, heads * d]; head h has the columns h * d ..< (h + 1) * d.
///   - k: [n, keys, heads * d], or [1, ...] if all images see the same keys.
///   - v: like `k`.
///   - isCausal: whether a token attends only to itself and those before it.
///   - precision: of both products. Heads narrower than 32 are always computed in float32, which is faster there.
public func attention(
  _ q: TokenColumns, _ k: TokenColumns, _ v: TokenColumns, heads: Int, isCausal: Bool = false,
  precision: Precision = .float32
) -> Tensor {
  let (n, queries, _) = q.tensor.shape3
  let (keyImages, keys, _) = k.tensor.shape3
  let channels = q.columns.count
  precondition(k.columns.count == channels && v.columns.count == channels, "q, k and v have the same width.")
  precondition(v.tensor.shape3.0 == keyImages && v.tensor.shape3.1 == keys, "Each key has a value.")
  precondition(channels % heads == 0 && (keyImages == n || keyImages == 1), "Heads and images must fit.")
  let headWidth = channels / heads
  return Tensor(shape: [n, queries, channels]) { result in
    var arguments = lw_attention_arguments(
      out: result.baseAddress, q: q.start, k: k.start, v: v.start,
      batch: n, heads: heads, head_width: headWidth, queries: queries, keys: keys,
      q_stride: q.stride, k_stride: k.stride, v_stride: v.stride, out_stride: channels,
      q_image: queries * q.stride, k_image: keyImages == 1 ? 0 : keys * k.stride,
      v_image: keyImages == 1 ? 0 : keys * v.stride, out_image: queries * channels,
      scale: 1 / Float(headWidth).squareRoot(), causal: isCausal,
      arithmetic: precision == .int16 ? LW_ARITHMETIC_INT16 : LW_ARITHMETIC_FLOAT32)
    withExtendedLifetime((q.tensor, k.tensor, v.tensor)) {
      withWorkspace(byteCount: lw_attention_workspace(&arguments)) { lw_attention(&arguments, $0) }
    }
  }
}
