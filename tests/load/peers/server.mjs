// The least that ws can be: POST /pub/ID goes to every socket of /sub/ID and is kept nowhere.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const rooms = new Map();

const server = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const text = Buffer.concat(parts);
    const room = rooms.get(request.url.replace("/pub/", ""));
    if (room) {
      for (const socket of room) socket.send(text, { binary: false });
    }
    response.writeHead(201, { "Content-Length": 0 }).end();
  });
});

const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on("connection", (socket, request) => {
  const name = request.url.replace("/sub/", "");
  if (!rooms.has(name)) rooms.set(name, new Set());
  const room = rooms.get(name);
  room.add(socket);
  socket.on("close", () => {
    room.delete(socket);
    if (room.size === 0) rooms.delete(name);
  });
});

server.keepAliveTimeout = 600_000;
server.listen({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 4096 });
