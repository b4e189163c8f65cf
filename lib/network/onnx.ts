// Networks as ONNX models (onnx.ai): the messages of onnx.proto by their field numbers.
import { PbfWriter } from "pbf";
import type { Floats } from "../../binding.js";
import { FlipsideError } from "../errors.js";
import { packageVersion } from "../version.js";
import { type Precision, toLittleEndian } from "./floats.js";
import type { Activation, NetworkParts } from "./parts.js";

const irVersion = 8;
const operatorSet = 13;
/** TensorProto.DataType */
const dataTypes: Record<Precision, number> = { float32: 1, float64: 11 };
const operators: Record<Exclude<Activation, "identity">, string> = { relu: "Relu", tanh: "Tanh" };
/** AttributeProto.INT */
const integerAttribute = 2;
/** Of a message of protocol buffers. */
const mostBytes = 2 ** 31 - 1;

interface Node {
  readonly operator: string;
  readonly inputs: readonly string[];
  output: string;
  readonly attributes?: Readonly<Record<string, number>>;
}

interface Tensor {
  readonly name: string;
  readonly dimensions: readonly number[];
  readonly data: Floats;
}

interface Graph {
  readonly nodes: readonly Node[];
  readonly tensors: readonly Tensor[];
  readonly dataType: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** Per layer Gemm (x W + b) and its activation; Softmax at the end of a classifier. */
export function modelOfONNX(parts: NetworkParts, precision: Precision): Uint8Array {
  const graph = graphOf(parts, dataTypes[precision]);
  const size = graph.tensors.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (size > mostBytes - 2 ** 20) {
    const message = `the network must have less than 2 GB of weights for an ONNX model, but has ${size} bytes`;
    throw new FlipsideError("TOO_LARGE", message);
  }
  const model = new PbfWriter();
  model.writeTag(1, 0);
  model.writeVarint(irVersion);
  writeText(model, 2, "flipside");
  writeText(model, 3, packageVersion());
  writeText(model, 6, `A multilayer perceptron trained with the method ${parts.method}.`);
  model.writeMessage(7, writeGraph, graph);
  model.writeMessage(8, writeOperatorSet, operatorSet);
  if (parts.classes !== undefined)
    model.writeMessage(14, writeEntry, ["classes", JSON.stringify(parts.classes)]);
  return model.finish();
}

function graphOf({ layers, loss }: NetworkParts, dataType: number): Graph {
  const nodes: Node[] = [];
  const tensors: Tensor[] = [];
  let data = "x";
  const add = (operator: string, inputs: readonly string[], attributes?: Record<string, number>) => {
    const output = `${operator.toLowerCase()}${nodes.length}`;
    nodes.push({ operator, inputs, output, ...(attributes && { attributes }) });
    return output;
  };
  layers.forEach(({ inputs, outputs, activation, weights, biases }, l) => {
    tensors.push({ name: `weights${l}`, dimensions: [inputs, outputs], data: weights });
    tensors.push({ name: `biases${l}`, dimensions: [outputs], data: biases });
    data = add("Gemm", [data, `weights${l}`, `biases${l}`]);
    if (activation !== "identity") data = add(operators[activation], [data]);
  });
  if (loss === "softmaxCrossEntropy") add("Softmax", [data], { axis: -1 });
  (nodes[nodes.length - 1] as Node).output = "y";
  const [first, last] = [layers[0], layers[layers.length - 1]];
  return { nodes, tensors, dataType, inputs: first?.inputs ?? 0, outputs: last?.outputs ?? 0 };
}

function writeText(out: PbfWriter, field: number, text: string): void {
  out.writeTag(field, 2);
  out.writeString(text);
}

function writeInteger(out: PbfWriter, field: number, value: number): void {
  out.writeTag(field, 0);
  out.writeVarint(value);
}

function writeGraph({ nodes, tensors, dataType, inputs, outputs }: Graph, out: PbfWriter): void {
  for (const node of nodes) out.writeMessage(1, writeNode, node);
  writeText(out, 2, "network");
  for (const tensor of tensors) out.writeMessage(5, (one, to) => writeTensor(one, dataType, to), tensor);
  out.writeMessage(11, writeValue, { name: "x", dataType, columns: inputs });
  out.writeMessage(12, writeValue, { name: "y", dataType, columns: outputs });
}

function writeNode({ operator, inputs, output, attributes = {} }: Node, out: PbfWriter): void {
  for (const name of inputs) writeText(out, 1, name);
  writeText(out, 2, output);
  writeText(out, 3, `${operator} to ${output}`);
  writeText(out, 4, operator);
  for (const attribute of Object.entries(attributes)) out.writeMessage(5, writeAttribute, attribute);
}

function writeAttribute([name, value]: [string, number], out: PbfWriter): void {
  writeText(out, 1, name);
  writeInteger(out, 3, value);
  writeInteger(out, 20, integerAttribute);
}

function writeTensor({ name, dimensions, data }: Tensor, dataType: number, out: PbfWriter): void {
  for (const dimension of dimensions) writeInteger(out, 1, dimension);
  writeInteger(out, 2, dataType);
  writeText(out, 8, name);
  out.writeTag(9, 2);
  out.writeBytes(toLittleEndian(data));
}

interface Value {
  readonly name: string;
  readonly dataType: number;
  readonly columns: number;
}

/** ValueInfoProto of a tensor N x columns. */
function writeValue({ name, dataType, columns }: Value, out: PbfWriter): void {
  writeText(out, 1, name);
  out.writeMessage(2, (_, type) => type.writeMessage(1, writeTensorType, { dataType, columns }), undefined);
}

function writeTensorType({ dataType, columns }: Omit<Value, "name">, out: PbfWriter): void {
  writeInteger(out, 1, dataType);
  out.writeMessage(2, writeShape, columns);
}

function writeShape(columns: number, out: PbfWriter): void {
  out.writeMessage(1, (name, dimension) => writeText(dimension, 2, name), "N");
  out.writeMessage(1, (value, dimension) => writeInteger(dimension, 1, value), columns);
}

function writeOperatorSet(version: number, out: PbfWriter): void {
  writeText(out, 1, "");
  writeInteger(out, 2, version);
}

function writeEntry([key, value]: [string, string], out: PbfWriter): void {
  writeText(out, 1, key);
  writeText(out, 2, value);
}
