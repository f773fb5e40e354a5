extension Tensor {
  /// The weighted sum of tensors of one shape, and a number added to each component. Terms of weight zero are left out,
  /// and a single term of weight one comes out bit by bit.
  public static func combined(_ tensors: [Tensor], weights: [Double], offset: Double = 0) -> Tensor {
    precondition(!tensors.isEmpty && weights.count == tensors.count, "Each tensor has a weight.")
    let terms = zip(weights, tensors).filter { $0.0 != 0 }
    var sum: Tensor
    switch terms.count {
    case 0: sum = 0 * tensors[0]
    case 1: sum = terms[0].0 == 1 ? terms[0].1 : Float(terms[0].0) * terms[0].1
    default:
      sum = mix(Float(terms[0].0), terms[0].1, Float(terms[1].0), terms[1].1)
      for (weight, tensor) in terms.dropFirst(2) { sum = mix(1, sum, Float(weight), tensor) }
    }
    return offset == 0 ? sum : sum + Float(offset)
  }
}
