import { contains, parentOf } from './nodes.ts';
/** A tree of nodes with its own styles: the document, or one shadow tree. */
export type Root = Document | ShadowRoot;

type Opener = { readonly openOrClosedShadowRoot?: ShadowRoot | null };
type ChromeDom = { readonly dom?: { openOrClosedShadowRoot?(element: Element): ShadowRoot | null } };

// Elements that can never carry a shadow tree are named, so that custom elements (any name with a dash) come out of one native query.
const NEVER_HOSTS =
  'td,tr,th,a,b,i,em,strong,br,img,svg,path,g,use,circle,rect,line,polygon,polyline,text,tspan,defs,ul,ol,li,dl,dt,dd,table,tbody,thead,' +
  'tfoot,caption,col,colgroup,input,button,label,form,option,optgroup,select,textarea,fieldset,legend,script,style,link,meta,base,hr,' +
  'small,big,sup,sub,code,pre,kbd,samp,var,time,figure,figcaption,picture,source,iframe,html,head,title,noscript,template,u,s,del,ins,' +
  'abbr,address,cite,q,dfn,mark,font,center,nobr,wbr,bdi,bdo,video,audio,track,canvas,object,param,embed,map,area,details,summary,' +
  'dialog,menu,slot,output,progress,meter,datalist,frame,frameset,noframes,rp,rt,ruby,data,hgroup,search';
/** The elements of HTML that may carry a shadow tree. */
const BUILT_IN_HOSTS = 'p,div,span,section,article,main,header,footer,nav,aside,h1,h2,h3,h4,h5,h6,blockquote,body';
/** Most elements of most pages are one of these: a name is compared with one after the other. */
const FREQUENT = 'td,p,div,span,li,tr,a';

/**
 * Matches custom elements, and built-in ones that can be hosts and have no content of their own. Those with content are rarely hosts, and
 * many elements look like one: they are asked one by one when there is time.
 */
export const LIKELY_HOSTS = `:not(${FREQUENT},${BUILT_IN_HOSTS},${NEVER_HOSTS}),:empty:is(${BUILT_IN_HOSTS})`;

/** Trees met, after which those that are gone are let go of. */
const FORGET_EVERY = 1_000;
const met = new WeakSet<ShadowRoot>();
let trees: WeakRef<ShadowRoot>[] = [];

/** Every shadow tree of the page that we have come across and that is still there. */
export function knownTrees(): readonly ShadowRoot[] {
  return trees.flatMap((tree) => tree.deref() ?? []).filter((tree) => tree.isConnected);
}

/** The element's shadow tree, open or closed, or undefined. */
export function shadowOf(element: Element): ShadowRoot | undefined {
  const tree = openTree(element);
  if (tree && !met.has(tree)) {
    met.add(tree);
    trees.push(new WeakRef(tree));
    if (trees.length % FORGET_EVERY === 0) trees = trees.filter((one) => one.deref());
  }
  return tree;
}

/**
 * Meets every shadow tree there is at this moment. Each element that may be a host is asked: worth it where the user presses, not at each
 * look at a page.
 */
export function meetAllTrees(): void {
  const roots: Root[] = [document];
  for (let root = roots.pop(); root; root = roots.pop()) {
    for (const element of root.querySelectorAll(`:not(${NEVER_HOSTS})`)) {
      const tree = shadowOf(element);
      if (tree) roots.push(tree);
    }
  }
}

function openTree(element: Element): ShadowRoot | undefined {
  const chromeDom = (globalThis.chrome as ChromeDom | undefined)?.dom;
  if (chromeDom?.openOrClosedShadowRoot && element instanceof HTMLElement) {
    return chromeDom.openOrClosedShadowRoot(element) ?? undefined;
  }
  return (element as Opener).openOrClosedShadowRoot ?? element.shadowRoot ?? undefined;
}

/** The tree a node belongs to, or undefined while it is in none. */
export function rootOf(node: Node): Root | undefined {
  const root = node.getRootNode();
  return root instanceof ShadowRoot || root instanceof Document ? root : undefined;
}

/** Parent as the eye sees it: out of a shadow tree to its host. */
export function parentAcross(element: Element): Element | undefined {
  const parent = parentOf(element);
  if (parent instanceof ShadowRoot) return parent.host;
  return parent instanceof Element ? parent : undefined;
}

/** True when `inner` is `outer` or below it, shadow trees included. */
export function containsAcross(outer: Element, inner: Node): boolean {
  let node: Node | undefined = inner;
  while (node) {
    if (contains(outer, node)) return true;
    const root: Node = node.getRootNode();
    node = root instanceof ShadowRoot ? root.host : undefined;
  }
  return false;
}

/** Negative when `a` comes before `b` in the page, shadow trees read where their hosts are. */
export function compareAcross(a: Node, b: Node): number {
  if (a === b) return 0;
  const left = pathOf(a);
  const right = pathOf(b);
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const [x, y] = [left[i], right[i]];
    if (x === undefined || y === undefined || x === y) continue;
    const order = x.compareDocumentPosition(y);
    if (order & Node.DOCUMENT_POSITION_FOLLOWING) return -1;
    if (order & Node.DOCUMENT_POSITION_PRECEDING) return 1;
  }
  return left.length - right.length;
}

/** The hosts around a node from the document inward, then the node. */
function pathOf(node: Node): readonly Node[] {
  const path: Node[] = [node];
  let root = node.getRootNode();
  while (root instanceof ShadowRoot) {
    path.unshift(root.host);
    root = root.host.getRootNode();
  }
  return path;
}
