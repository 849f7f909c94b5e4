"""What is done to a file after PyTorch has written it: nodes named after the network's modules, nothing but the graph kept."""

import ast

import onnx

SCOPES = "pkg.torch.onnx.name_scopes"  # PyTorch: the modules around a node, then its own name


def tidy(path: str) -> None:
    """Names each node and leaves out where in which Python file it came from."""
    model = onnx.load(path)
    graph = model.graph
    taken: set[str] = set()
    for node in graph.node:
        node.name = unique(module_of(node), taken)
        del node.metadata_props[:]
        node.doc_string = ""
    for values in (graph.input, graph.output, graph.initializer):
        for value in values:
            del value.metadata_props[:]
    del graph.value_info[:]
    del graph.metadata_props[:]
    del model.metadata_props[:]
    onnx.save(model, path)


def module_of(node: onnx.NodeProto) -> str:
    """`r1.0` for what the module r1.0 computes; the name of the operation for what the network computes between modules."""
    scopes = next((ast.literal_eval(p.value) for p in node.metadata_props if p.key == SCOPES), [])
    modules = [scope for scope in scopes[:-1] if not scope.startswith("_")]
    return next((scope for scope in reversed(modules) if scope != ""), node.op_type.lower())


def unique(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    taken.add(free)
    return free
