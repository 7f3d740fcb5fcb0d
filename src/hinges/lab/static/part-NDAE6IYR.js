function r(o){let t=new WeakMap;return e=>{let n=t.get(e)??{result:o(e)};return t.set(e,n),n.result}}export{r as a};
