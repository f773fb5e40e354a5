import CKernels

extension Tensor {
  /// Group norm of [n, h, w, c], optionally followed by SiLU.  Wu & He, arXiv 1803.08494, equation 1.
  /// - Parameters:
  ///   - skip: a second tensor beside this one in the channels; the result has the channels of both.
  ///   - scale: [channels of both]; so is `shift`.
  public func groupNormalised(
    beside skip: Tensor? = nil, groups: Int, epsilon: Float, scale: Tensor, shift: Tensor, thenSilu: Bool
  ) -> Tensor {
    let (n, h, w, c) = shape4
    let channels = c + (skip?.shape4.3 ?? 0)
    precondition(channels % groups == 0, "\(channels) channels cannot be divided into \(groups) groups.")
    precondition(
      scale.count == channels && shift.count == channels, "Scale and shift have one number a channel.")
    let sources = (
      lw_source(data: storage.address, channels: c),
      lw_source(data: UnsafePointer(skip?.storage.address), channels: channels - c)
    )
    return Tensor(shape: [n, h, w, channels]) { result in
      var arguments = lw_group_norm_arguments(
        y: result.baseAddress, sources: sources, batch: n, pixels: h * w, groups: groups, epsilon: epsilon,
        scale: scale.storage.address, shift: shift.storage.address, silu: thenSilu)
      withWorkspace(byteCount: lw_group_norm_workspace(&arguments)) { lw_group_norm(&arguments, $0) }
    }
  }

  /// Layer norm of the last dimension.  Ba et al., arXiv 1607.06450, equation 4.
  public func layerNormalised(epsilon: Float, scale: Tensor, shift: Tensor) -> Tensor {
    let (rows, channels) = rowsAndChannels
    precondition(
      scale.count == channels && shift.count == channels, "Scale and shift have one number a channel.")
    return Tensor(shape: shape) { result in
      var arguments = lw_layer_norm_arguments(
        y: result.baseAddress, x: storage.address, rows: rows, channels: channels, epsilon: epsilon,
        scale: scale.storage.address, shift: shift.storage.address)
      lw_layer_norm(&arguments)
    }
  }

  /// x / (1 + exp(-x)), element by element.
  public func silu() -> Tensor {
    Tensor(shape: shape) { lw_activate($0.baseAddress, storage.address, count, LW_SILU) }
  }
}
