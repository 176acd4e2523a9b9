# SPDX-License-Identifier: MIT
"""Assertions of system tests say what they compared: modules that are imported from a folder of tests are compiled with
`assert a == b` as: take a, take b, compare, and raise AssertionError with both values.

To compile all of them takes a second, so the code is kept in __pycache__, beside Python's own, until a file changes."""
import ast
import importlib.machinery
import marshal
import os
import sys
import traceback

SHOWN = 400             # characters of a value


def differ(text, operator, left, right, message):
    names = ("got", "expected") if operator == "Eq" else ("left", "right")
    values = [f"{name}: {value!r}"[:SHOWN] for name, value in zip(names, (left, right))]
    return "\n".join(([str(message)] if message is not None else []) + [text] + values)


class Rewriter(ast.NodeTransformer):
    def visit_Assert(self, node):
        test = node.test
        if not isinstance(test, ast.Compare) or len(test.ops) != 1:
            return node
        left, right = ast.Name("_left", ast.Load()), ast.Name("_right", ast.Load())
        shown = [ast.Constant(ast.unparse(test)), ast.Constant(type(test.ops[0]).__name__), left, right, node.msg or ast.Constant(None)]
        complaint = ast.Call(ast.Name("AssertionError", ast.Load()), [ast.Call(ast.Name("_differ", ast.Load()), shown, [])], [])
        new = [ast.Assign([ast.Name("_left", ast.Store())], test.left), ast.Assign([ast.Name("_right", ast.Store())], test.comparators[0]),
               ast.If(ast.UnaryOp(ast.Not(), ast.Compare(left, test.ops, [right])), [ast.Raise(complaint, None)], [])]
        for part in new:
            ast.copy_location(part, node)
        return new


class Loader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname):
        path = self.get_filename(fullname)
        kept = os.path.join(os.path.dirname(path), "__pycache__", f"{fullname}.{sys.implementation.cache_tag}.asserts")
        stamp = [path] + [(os.stat(file).st_mtime_ns, os.stat(file).st_size) for file in (path, __file__)]
        try:
            with open(kept, "rb") as file:
                known, code = marshal.load(file)
            if known == stamp:
                return code
        except (OSError, EOFError, ValueError, TypeError):
            pass                        # nothing is kept, or something else
        code = compile(ast.fix_missing_locations(Rewriter().visit(ast.parse(self.get_data(path), path))), path, "exec")
        try:
            os.makedirs(os.path.dirname(kept), exist_ok=True)
            with open(f"{kept}.{os.getpid()}", "wb") as file:
                marshal.dump([stamp, code], file)
            os.replace(file.name, kept)
        except OSError:
            pass                        # the folder cannot be written to
        return code

    def exec_module(self, module):
        module._differ = differ
        super().exec_module(module)


class Folder:
    """Modules in one folder, for sys.meta_path."""

    def __init__(self, path):
        self.finder = importlib.machinery.FileFinder(path, (Loader, [".py"]))

    def find_spec(self, name, path=None, target=None):
        return self.finder.find_spec(name) if path is None else None


def install(folder):
    sys.meta_path.insert(0, Folder(folder))


def explain(problem, top, folder):
    """Lines for people: where in the folder's files it happened, and why."""
    places = [frame for frame in traceback.extract_tb(problem.__traceback__) if frame.filename.startswith(folder)]
    lines = [f"{os.path.relpath(frame.filename, top)}:{frame.lineno}: {frame.line}" for frame in places]
    why = str(problem) if isinstance(problem, AssertionError) and str(problem) else repr(problem)
    return lines[-2:] + why.splitlines()[:12]
