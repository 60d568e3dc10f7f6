"""A small OpenAPI document, and changes of it: those that break clients, those that break nobody, and no changes."""

from collections.abc import Callable
from typing import Any, Final

Document = dict[str, Any]

POST, GET = "POST /cups", "GET /cups/{id}"
SHOP: Final[Document] = {
    "paths": {
        "/cups": {
            "post": {
                "operationId": "make_cup",
                "parameters": [
                    {"name": "If-Match", "in": "header", "schema": {"anyOf": [{"type": "string"}, {"type": "null"}]}}
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewCup"}}},
                },
                "responses": {
                    "201": {
                        "headers": {"ETag": {"required": True, "schema": {"type": "string"}}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Cup"}}},
                    },
                    "409": {"content": {"application/problem+json": {"schema": {}, "examples": {"taken": {}}}}},
                },
            }
        },
        "/cups/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {
                "operationId": "get_cup",
                "parameters": [
                    {"name": "size", "in": "query", "schema": {"type": "integer", "maximum": 100, "default": 20}}
                ],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Cup"}}}},
                    "304": {},
                },
            },
        },
    },
    "components": {
        "schemas": {
            "NewCup": {
                "type": "object",
                "additionalProperties": False,
                "required": ["colour"],
                "properties": {
                    "colour": {"enum": ["red", "blue"]},
                    "handles": {"type": "integer", "minimum": 0, "default": 1},
                    "maker": {"$ref": "#/components/schemas/Maker"},
                },
            },
            "Maker": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"name": {"type": "string"}, "town": {"type": "string"}},
            },
            "Cup": {
                "type": "object",
                "additionalProperties": True,
                "required": ["id", "state", "parts"],
                "properties": {
                    "id": {"type": "string"},
                    "state": {"enum": ["whole", "broken"]},
                    "note": {"type": "string"},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
                },
            },
            "Part": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
        }
    },
}


class Edit:
    """The parts of a document that the table below changes."""

    def __init__(self, document: Document) -> None:
        self.paths: Document = document["paths"]
        self.schemas: Document = document["components"]["schemas"]
        self.post: Document = self.paths["/cups"]["post"]
        self.get: Document = self.paths["/cups/{id}"]["get"]
        self.sent: Document = self.schemas["NewCup"]["properties"]
        self.told: Document = self.schemas["Cup"]["properties"]
        self.document = document


BREAKS: Final[dict[str, tuple[Callable[[Edit], Any], str]]] = {
    "a path goes": (lambda e: e.paths.pop("/cups"), f"{POST}: is no longer there"),
    "a method goes": (lambda e: e.paths["/cups/{id}"].pop("get"), f"{GET}: is no longer there"),
    "a method becomes another": (
        lambda e: e.paths["/cups"].update(put=e.paths["/cups"].pop("post")),
        f"{POST}: is no longer there",
    ),
    "an operation gets another name": (lambda e: e.get.update(operationId="cup"), f"{GET} operationId: was get_cup"),
    "a parameter goes": (lambda e: e.get["parameters"].clear(), f"{GET} query size: is no longer taken"),
    "a required parameter comes": (
        lambda e: e.get["parameters"].append({"name": "by", "in": "query", "required": True, "schema": {}}),
        f"{GET} query by: is new and required",
    ),
    "a parameter becomes required": (
        lambda e: e.post["parameters"][0].update(required=True),
        f"{POST} header if-match: is now required",
    ),
    "a parameter is bounded closer": (
        lambda e: e.get["parameters"][0]["schema"].update(maximum=50),
        f"{GET} query size: a value that was taken may be refused",
    ),
    "a parameter changes its type": (
        lambda e: e.paths["/cups/{id}"]["parameters"][0].update(schema={"type": "integer"}),
        f"{GET} path id: a value that was taken may be refused",
    ),
    "a parameter means something else where it is not sent": (
        lambda e: e.get["parameters"][0]["schema"].update(default=10),
        f"{GET} query size: is 10 where it is not sent, was 20",
    ),
    "a parameter is written in another style": (
        lambda e: e.get["parameters"][0].update(explode=True),
        f"{GET} query size: explode was None, is True",
    ),
    "a body comes that must be": (
        lambda e: e.get.update(requestBody={"required": True, "content": {}}),
        f"{GET} body: is new and required",
    ),
    "a body goes": (lambda e: e.post.pop("requestBody"), f"{POST} body: is no longer taken"),
    "a body is no longer taken as JSON": (
        lambda e: e.post["requestBody"].update(content={"text/csv": {}}),
        f"{POST} body: application/json is no longer taken",
    ),
    "a required field comes": (
        lambda e: (e.sent.update(size={"type": "integer"}), e.schemas["NewCup"]["required"].append("size")),
        f"{POST} body /size: what was taken may be refused",
    ),
    "a field becomes required": (
        lambda e: e.schemas["NewCup"]["required"].append("handles"),
        f"{POST} body /handles: what was taken may be refused",
    ),
    "a field of a request goes": (
        lambda e: e.sent.pop("handles"),
        f"{POST} body /handles: what was taken may be refused",
    ),
    "a field of an object in a request goes": (
        lambda e: e.schemas["Maker"]["properties"].pop("town"),
        f"{POST} body /maker/town: what was taken may be refused",
    ),
    "a value of a request goes": (
        lambda e: e.sent["colour"].update(enum=["red"]),
        f"{POST} body /colour: what was taken may be refused: blue",
    ),
    "a field of a request is bounded closer": (
        lambda e: e.sent["handles"].update(minimum=1),
        f"{POST} body /handles: what was taken may be refused",
    ),
    "a field of a request means something else where it is not sent": (
        lambda e: e.sent["handles"].update(default=2),
        f"{POST} body /handles: is 2 where it is not sent, was 1",
    ),
    "a good status goes": (lambda e: e.get["responses"].pop("304"), f"{GET} 304: is no longer answered"),
    "a good status comes": (
        lambda e: e.post["responses"].update({"202": {}}),
        f"{POST} 202: may now be answered",
    ),
    "a problem moves to another status": (
        lambda e: e.post["responses"].update({"422": e.post["responses"].pop("409")}),
        f"{POST} problem taken: was 409, is 422",
    ),
    "a field of an answer goes": (lambda e: e.told.pop("note"), f"{GET} 200 /note: is no longer answered"),
    "a required field of an answer goes": (lambda e: e.told.pop("id"), f"{GET} 200 /id: is no longer answered"),
    "a field of an element of an answer becomes optional": (
        lambda e: e.schemas["Part"]["required"].clear(),
        f"{GET} 200 /parts/*/name: name is required by the reader",
    ),
    "a field of an answer may be null": (
        lambda e: e.told["id"].update(type=["string", "null"]),
        f"{GET} 200 /id: may be null",
    ),
    "a field of an answer changes its type": (
        lambda e: e.told.update(note={"type": "integer"}),
        f"{GET} 200 /note: may be an integer",
    ),
    "a value of an answer comes": (
        lambda e: e.told["state"]["enum"].append("lost"),
        f"{GET} 200 /state: lost",
    ),
    "an answer comes in another type": (
        lambda e: e.get["responses"]["200"]["content"].update({"text/html": {}}),
        f"{GET} 200: may now be answered as text/html",
    ),
    "a header of an answer goes": (
        lambda e: e.post["responses"]["201"]["headers"].clear(),
        f"{POST} 201 ETag: is no longer answered",
    ),
    "a header of an answer may be absent": (
        lambda e: e.post["responses"]["201"]["headers"]["ETag"].pop("required"),
        f"{POST} 201 ETag: was always there, may now be absent",
    ),
    "callers must show who they are": (lambda e: e.document.update(security=[{"key": []}]), "security: was None"),
}

FITS: Final[dict[str, tuple[Callable[[Edit], Any], str]]] = {
    "an operation comes": (lambda e: e.paths.update({"/pots": {"get": e.get}}), "GET /pots: is new"),
    "an operation is deprecated": (lambda e: e.get.update(deprecated=True), f"{GET}: is deprecated"),
    "an optional parameter comes": (
        lambda e: e.get["parameters"].append({"name": "by", "in": "query", "schema": {}}),
        f"{GET} query by: is new and optional",
    ),
    "an optional field comes": (
        lambda e: e.sent.update(size={"type": "integer"}),
        f"{POST} body /size: is a new field",
    ),
    "a body may be left out": (
        lambda e: e.post["requestBody"].update(required=False),
        f"{POST} body: is now optional",
    ),
    "a problem status comes": (lambda e: e.get["responses"].update({"404": {}}), f"{GET} 404: may now be answered"),
    "a problem goes": (lambda e: e.post["responses"].pop("409"), f"{POST} problem taken: is no longer answered"),
    "a problem code comes": (
        lambda e: e.post["responses"]["409"]["content"]["application/problem+json"]["examples"].update(full={}),
        f"{POST} problem full: is new (409)",
    ),
    "a field of an answer comes": (
        lambda e: e.told.update(glaze={"type": "object", "properties": {"tone": {}}}),
        f"{GET} 200 /glaze: is a new field",
    ),
    "a header of an answer comes": (
        lambda e: e.post["responses"]["201"]["headers"].update(Age={"schema": {}}),
        f"{POST} 201 Age: is a new header",
    ),
}

SILENT: Final[dict[str, Callable[[Edit], Any]]] = {
    "nothing": lambda e: None,
    "texts": lambda e: (e.get.update(summary="One cup", description="It."), e.told["id"].update(description="Its id.")),
    "examples": lambda e: e.schemas["Cup"].update(examples=[{"id": "1", "state": "whole"}]),
    "where the type of a problem leads": lambda e: e.post["responses"]["409"]["content"]["application/problem+json"][
        "examples"
    ]["taken"].update(value={"type": "/elsewhere#taken", "code": "taken"}),
    "a wider request": lambda e: (e.sent["handles"].pop("minimum"), e.sent["colour"]["enum"].append("green")),
    "a narrower answer": lambda e: (e.told["state"]["enum"].remove("broken"), e.told["id"].update(maxLength=9)),
    "the name of a schema": lambda e: (
        e.schemas.update(Component=e.schemas.pop("Part")),
        e.told["parts"]["items"].update({"$ref": "#/components/schemas/Component"}),
    ),
    "a header that is null in the document, which nobody can send": lambda e: e.post["parameters"][0].update(
        schema={"type": "string"}
    ),
    "the letters of a header's name": lambda e: e.post["parameters"][0].update(name="if-match"),
}
