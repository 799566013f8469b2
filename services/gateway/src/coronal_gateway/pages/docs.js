// validatorUrl: Swagger UI would else send the document's address to a server of its makers.
SwaggerUIBundle({ url: "/openapi.json", dom_id: "#page", deepLinking: true, validatorUrl: null });
