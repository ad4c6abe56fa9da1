import CKernels
import Foundation
import Layers
import Tensors

/// Adam with decoupled weight decay (1711.05101).
public struct AdamW: Optimizer {
  public var learningRate, beta1, beta2, epsilon, weightDecay: Float
  private var stepCount = 0
  private var moments: [String: (first: Tensor, second: Tensor)] = [:]

  public init(
    learningRate: Float, beta1: Float = 0.9, beta2: Float = 0.95, epsilon: Float = 1e-8,
    weightDecay: Float = 0
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  public func isElementwise(for parameter: Parameter) -> Bool { true }

  public mutating func update(
    _ parameters: [Parameter], along gradients: Gradients, rate: Float, gradientScale: Float
  ) throws {
    stepCount += 1
    let step = ck_adamw_step(
      learningRate: learningRate * rate, beta1: beta1, beta2: beta2, epsilon: epsilon,
      weightDecay: weightDecay, gradientScale: gradientScale,
      biasCorrection1: 1 - pow(beta1, Float(stepCount)),
      biasCorrection2: 1 - pow(beta2, Float(stepCount)))
    var work: [(value: Tensor, first: Tensor, second: Tensor, gradient: Tensor)] = []
    for parameter in parameters {
      guard let gradient = gradients[parameter.value] else { continue }
      let moment =
        moments[parameter.path] ?? (.zeros(parameter.shape), .zeros(parameter.shape))
      moments[parameter.path] = moment
      work.append((parameter.value, moment.first, moment.second, gradient))
    }
    let items = work
    _ = try WorkerPool.shared.map(items.count) { index in
      let item = items[index]
      let work = Profile.Work(bytes: 7 * Double(item.value.byteCount))
      Profile.measured("AdamW", work) {
        item.gradient.withFloats { gradient in
          item.value.update { value in
            item.first.update { first in
              item.second.update { second in
                ck_adamw(
                  step, value.baseAddress, first.baseAddress, second.baseAddress,
                  gradient.baseAddress, value.count)
              }
            }
          }
        }
      }
    }
  }

  public var state: [(name: String, tensor: Tensor)] {
    [("adamw.step", counter(stepCount))]
      + moments.sorted { $0.key < $1.key }.flatMap { path, moment in
        [("adamw.first.\(path)", moment.first), ("adamw.second.\(path)", moment.second)]
      }
  }

  public mutating func restore(_ state: any TensorSource, for parameters: [Parameter]) throws {
    stepCount = try steps(in: state, named: "adamw.step")
    let first = try buffers("adamw.first.", for: parameters, in: state)
    let second = try buffers("adamw.second.", for: parameters, in: state)
    moments = [:]
    for path in Set(first.keys).union(second.keys) {
      guard let first = first[path], let second = second[path] else {
        let missing = first[path] == nil ? "adamw.first.\(path)" : "adamw.second.\(path)"
        throw OptimizerError.malformedState(name: missing, source: state.sourceName)
      }
      moments[path] = (first, second)
    }
  }
}
